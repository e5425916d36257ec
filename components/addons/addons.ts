import * as pulumi from "@pulumi/pulumi";

import type { PlannedComponent } from "./enabledAddons.plan";
import { plannedComponents } from "./enabledAddons.plan";
import type { ComponentClass } from "./shared/addon.plan";
import type { AddonArgs } from "./shared/addonArgs";

/** Programs inside the cluster. To add one, write its folder and a line in addonTable.plan.ts. */
export class Addons extends pulumi.ComponentResource {
  constructor(name: string, args: AddonArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Addons", name, {}, options);
    const create = (components: readonly PlannedComponent[], dependsOn: pulumi.Resource[]): pulumi.Resource[] =>
      components.map((component) => {
        const Component = loadClass(component);
        return new Component(`${name}-${component.name}`, args, { parent: this, dependsOn });
      });

    const components = plannedComponents(args.spec);
    const prerequisites = components.filter(({ prerequisite }) => prerequisite);
    create(
      components.filter((component) => !prerequisites.includes(component)),
      create(prerequisites, []),
    );
    this.registerOutputs();
  }
}

/** Loads a class by its name: the table of add-ons, which names it, must load without Pulumi. */
function loadClass({ folder, className }: PlannedComponent): ComponentClass {
  const file = `./${folder}/${className.charAt(0).toLowerCase()}${className.slice(1)}`;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import needs a constant path, or is asynchronous
  return Reflect.get(require(file) as object, className) as ComponentClass;
}
