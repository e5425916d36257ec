import type { ClusterSpec } from "../clusterSpec";
import { valueAt } from "../settings/problems";
import * as addonTable from "./addonTable.plan";
import type { Addon, ComponentPlan } from "./shared/addon.plan";
import type { ImageSource } from "./shared/images.plan";

/** Add-ons that are not disabled, by folder; none with `addons.enabled: false`. */
export function enabledAddons({ addons }: Pick<ClusterSpec, "addons">): readonly (readonly [string, Addon])[] {
  if (!addons.enabled) return [];
  return Object.entries<Addon>(addonTable).filter(([folder]) => valueAt(addons, [folder, "enabled"]) !== false);
}

/** Component of an add-on, and the place of its class. */
export interface PlannedComponent extends ComponentPlan {
  readonly folder: string;
  readonly className: string;
}

/** Components of the enabled add-ons whose conditions are met. */
export function plannedComponents(spec: ClusterSpec): readonly PlannedComponent[] {
  return enabledAddons(spec).flatMap(([folder, { components }]) =>
    Object.entries(components)
      .filter(([, { condition }]) => condition?.(spec) ?? true)
      .map(([className, plan]) => ({ folder, className, ...plan })),
  );
}

/** Images and charts of the enabled add-ons. */
export function addonImages(spec: ClusterSpec): readonly ImageSource[] {
  return plannedComponents(spec).flatMap(({ images }) => images?.(spec) ?? []);
}
