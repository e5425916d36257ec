/** Changes of single resources that the Pulumi engine requests, through its provider plugins, in a running rehearsal. */
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type * as aws from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import { groupType } from "../aws/autoScaling/groupSizes";
import { createResources, realInputs, skippedTypes } from "../aws/resources/createResources";
import { deleteHandlers } from "../aws/resources/deleteResources";
import { readHandlers, unlessGone } from "../aws/resources/readResources";
import { type CloudResource, physicalName } from "../aws/resources/resourceHandler";
import { type ChangeContext, updateHandlerOf } from "../aws/resources/updateResources";
import type { PlanUpdateOptions } from "./planUpdate";

type GroupInputs = Unwrap<aws.autoscaling.GroupArgs>;

export class EngineChanges {
  constructor(private readonly options: PlanUpdateOptions) {}

  /**
   * Creates a resource with planned ids. A group starts its machines; it resolves when they are in service, unless
   * `waitForCapacityTimeout` is "0", as in Pulumi's provider.
   * @throws if AWS refuses it, and for a type without a handler
   */
  async create(resource: CloudResource): Promise<void> {
    const { deployed, ids, scaling } = this.options;
    const [real] = await createResources([resource], this.context(), ids);
    if (real === undefined) return;
    await this.use([...deployed.resources, real]);
    if (resource.type !== groupType) return;
    const inputs = real.inputs as unknown as GroupInputs;
    await scaling.setDesiredCapacity(physicalName(real), inputs.desiredCapacity ?? inputs.minSize);
    await this.waitForCapacity(real);
  }

  /**
   * Updates a resource. Rollouts of changed groups continue after it resolves.
   * @throws if AWS refuses it, and for a type that cannot change in a rehearsal
   */
  async update(resource: CloudResource, formerInputs: CloudResource["inputs"]): Promise<void> {
    const { deployed, ids } = this.options;
    const real = {
      ...resource,
      id: ids.replace(resource.id),
      inputs: realInputs(resource, ids),
      outputs: ids.replace(resource.outputs),
    };
    const former = ids.replace(formerInputs);
    if (!(resource.type in skippedTypes)) {
      await updateHandlerOf(resource)({ resource: real, former }, this.context());
    }
    const known = this.find(resource);
    await this.use(deployed.resources.map((each) => (each === known ? real : each)));
    if (resource.type !== groupType) return;
    const sizes = ({ minSize, desiredCapacity }: CloudResource["inputs"]): string =>
      JSON.stringify([minSize, desiredCapacity]);
    if (sizes(former) !== sizes(real.inputs)) await this.waitForCapacity(real);
  }

  /** Deletes a resource, if it exists; that of a group resolves when its machines have left. @param included deleted with it */
  async delete(resource: CloudResource, included: readonly CloudResource[]): Promise<void> {
    const { deployed } = this.options;
    const known = this.find(resource);
    if (known === undefined) return;
    await unlessGone(async () => deleteHandlers[known.type]?.(known, this.context()));
    const gone = [known, ...included.map((each) => this.find(each))];
    await this.use(deployed.resources.filter((each) => !gone.includes(each)));
  }

  /**
   * Properties of a resource that differ in AWS, with real ids; none for a type that is not read. Undefined: it no longer exists.
   */
  async read(resource: CloudResource): Promise<CloudResource["inputs"] | undefined> {
    const { deployed } = this.options;
    const known = this.find(resource);
    if (known === undefined) return undefined;
    const handler = readHandlers[known.type];
    if (handler === undefined) return {};
    const found = await unlessGone(() => handler(known, this.context()));
    if (found === undefined) {
      await this.use(deployed.resources.filter((each) => each !== known));
      return undefined;
    }
    const before = { ...known.inputs, ...known.outputs };
    return Object.fromEntries(Object.entries(found).filter(([name, value]) => !isDeepStrictEqual(value, before[name])));
  }

  /** Created resource, also under another name: ids are unique within a type. */
  private find({ type, id }: CloudResource): CloudResource | undefined {
    const { deployed, ids } = this.options;
    const realId = ids.replace(id);
    return deployed.resources.find((each) => each.type === type && each.id === realId);
  }

  private async use(resources: readonly CloudResource[]): Promise<void> {
    const { deployed, onChange } = this.options;
    deployed.use(deployed.plan, resources);
    await onChange();
  }

  /** Waits for as many instances as the group wants (hashicorp/terraform-provider-aws, group.go, waitGroupCapacitySatisfied). */
  private async waitForCapacity(group: CloudResource): Promise<void> {
    const { waitForCapacityTimeout = "10m" } = group.inputs as unknown as GroupInputs;
    const timeoutMs = milliseconds(waitForCapacityTimeout);
    if (timeoutMs === 0) return;
    const name = physicalName(group);
    const until = Date.now() + timeoutMs;
    for (;;) {
      const { Instances = [], DesiredCapacity = 0 } = await this.options.scaling.group(name);
      const healthy = Instances.filter(({ LifecycleState }) => LifecycleState === "InService").length;
      if (healthy >= DesiredCapacity) return;
      if (Date.now() > until) {
        const need = `need at least ${DesiredCapacity} healthy instances in group ${name}, have ${healthy}`;
        throw new Error(`timeout while waiting for capacity for ${waitForCapacityTimeout}: ${need}`);
      }
      await sleep(500);
    }
  }

  /** Without sizes: the groups have those of their settings. */
  private context(): ChangeContext {
    return { ...this.options, region: this.options.deployed.plan.cluster.region, bundles: {} };
  }
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };

/** Milliseconds of a duration in the form of Go: `10m`, `1h30m`, `0`. */
function milliseconds(duration: string): number {
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce((sum, [, count, unit = ""]) => {
    return sum + Number(count) * (unitMs[unit] ?? 0);
  }, 0);
}
