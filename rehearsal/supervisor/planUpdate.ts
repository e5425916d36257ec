/** Update of a running rehearsal to another plan of its stack, in the order of `pulumi up`: creations and updates first, deletions last. */
import { groupSizes, groupType } from "../aws/autoScaling/groupSizes";
import { createResources, realInputs } from "../aws/resources/createResources";
import { deleteHandlers } from "../aws/resources/deleteResources";
import type { IdMapping } from "../aws/resources/idMapping";
import { deletionWaves, planDifference, type PlanStep } from "../aws/resources/planDifference";
import { type CloudResource, physicalName } from "../aws/resources/resourceHandler";
import { type ChangeContext, updateHandlerOf } from "../aws/resources/updateResources";
import type { BootPlan } from "./bootPlan";
import type { DeployedPlan } from "./deployedPlan";

export interface PlanUpdateOptions extends Pick<ChangeContext, "aws" | "templates" | "scaling" | "refreshes"> {
  readonly deployed: DeployedPlan;
  readonly ids: IdMapping;
  /** Lets the services use changed resources: policies, firewall, DNS. */
  readonly onChange: () => Promise<void>;
}

export class PlanUpdate {
  /** Created resources to delete, dependents first. */
  #removed: readonly CloudResource[] = [];

  constructor(private readonly options: PlanUpdateOptions) {}

  /**
   * Creates and updates resources. Groups start their instances and rollouts, which continue after it resolves.
   * @returns what changed: `create aws:ssm/parameter:Parameter staging-members`.
   * @throws before any change if a type cannot change in a rehearsal.
   */
  async apply(next: BootPlan): Promise<string[]> {
    const { deployed } = this.options;
    if (this.#removed.length > 0) throw new Error("the former update has resources to delete: deleteRemoved first");
    const { steps, removed } = planDifference(deployed.plan.resources, next.resources);
    for (const { action, resource } of steps) if (action === "update") updateHandlerOf(resource);
    const created = new Map(deployed.resources.map((resource) => [resource.urn, resource]));
    this.#removed = removed.flatMap(({ urn }) => created.get(urn) ?? []);
    for (const step of steps) {
      created.set(step.resource.urn, await this.run(step, next, created));
    }
    await this.use(next, created);
    return [
      ...steps.map(({ action, resource }) => `${action} ${resource.type} ${resource.name}`),
      ...removed.map(({ type, name }) => `delete ${type} ${name}`),
    ];
  }

  /** Deletes the resources that the plan no longer has; resolves when the machines of deleted groups have left. */
  async deleteRemoved(): Promise<void> {
    const { deployed } = this.options;
    const removed = this.#removed;
    const urns = new Set(removed.map(({ urn }) => urn));
    const context = this.context(deployed.plan);
    for (const wave of deletionWaves(removed)) {
      await Promise.all(
        wave.map(async (resource) => {
          const { type, retainOnDelete = false, deletedWith = "" } = resource;
          if (!retainOnDelete && !urns.has(deletedWith)) await deleteHandlers[type]?.(resource, context);
        }),
      );
    }
    const kept = deployed.resources.filter((resource) => !removed.includes(resource));
    await this.use(deployed.plan, new Map(kept.map((resource) => [resource.urn, resource])));
    this.#removed = [];
  }

  private async run(
    { action, resource, former }: PlanStep,
    next: BootPlan,
    created: ReadonlyMap<string, CloudResource>,
  ): Promise<CloudResource> {
    const { ids, scaling } = this.options;
    const context = this.context(next);
    // Groups launch machines with what was created and updated before.
    if (resource.type === groupType) await this.use(next, created);
    if (action === "update") {
      const real = { ...resource, id: ids.replace(resource.id), inputs: realInputs(resource, ids) };
      await updateHandlerOf(resource)({ resource: real, former: ids.replace(former?.inputs ?? {}) }, context);
      return { ...real, outputs: ids.replace(resource.outputs) };
    }
    const [real = resource] = await createResources([resource], context, ids);
    if (resource.type === groupType) {
      const name = physicalName(real);
      await this.use(next, new Map([...created, [real.urn, real]]));
      await scaling.setDesiredCapacity(name, context.sizes.find((size) => size.name === name)?.machines ?? 0);
    }
    return real;
  }

  private async use(plan: BootPlan, created: ReadonlyMap<string, CloudResource>): Promise<void> {
    this.options.deployed.use(plan, [...created.values()]);
    await this.options.onChange();
  }

  private context({ cluster: { region }, bundles, resources, machines }: BootPlan) {
    return { ...this.options, region, bundles, sizes: groupSizes(resources, machines) };
  }
}
