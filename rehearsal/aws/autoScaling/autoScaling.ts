/**
 * Auto Scaling's lifecycle of instances. moto keeps groups and sizes and launches instances, but has no lifecycle states; this
 * class tells it to detach instances that leave, and to terminate them when their hooks are done.
 */
import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  type DescribeAutoScalingGroupsCommandInput,
  DetachInstancesCommand,
  type MixedInstancesPolicy,
  SetDesiredCapacityCommand,
  UpdateAutoScalingGroupCommand,
  type UpdateAutoScalingGroupCommandInput,
} from "@aws-sdk/client-auto-scaling";
import { messageOf } from "../../../cli/program";
import { SerialQueue } from "../../serialQueue";
import { shuttingDown } from "../eventBridge";
import type { Instance, InstanceRegistry } from "../ec2/instance";
import type { HookWait } from "./hookWait";
import type { LaunchTemplates } from "../ec2/launchTemplates";
import { Lifecycle, type LifecycleOptions } from "./lifecycle";
import { isTerminating, type RefreshedGroup } from "./refresh.plan";
import { AwsRefusal } from "../api/awsRefusal";
import { chooseForScaleIn } from "./scaleIn";

export interface AutoScalingOptions extends LifecycleOptions {
  readonly instances: InstanceRegistry;
  readonly templates: LaunchTemplates;
  readonly report: (problem: string) => void;
}

export class AutoScaling {
  /** Instances beyond the desired capacity that a refresh has launched, by group. */
  readonly #surplus = new Map<string, number>();
  readonly #changes = new SerialQueue();
  readonly #lifecycle: Lifecycle;

  constructor(private readonly options: AutoScalingOptions) {
    this.#lifecycle = new Lifecycle(options);
  }

  /** Call when the machine of a new instance runs. Its hooks may delay the state InService. */
  onLaunched(instance: Instance): void {
    const abandon = (): Promise<void> => this.#changes.run(() => this.remove(instance, false));
    if (instance.lifecycle === "Pending") this.inBackground(this.#lifecycle.enter(instance, abandon));
  }

  /** Call when EC2 has terminated an instance for any reason. */
  onTerminated(instance: Instance): void {
    instance.state = "terminating";
    instance.lifecycle = "Terminated";
    instance.hookWait?.cancel();
    this.options.events.send(shuttingDown(instance.id));
  }

  /** Groups as the API shows them, with the instances of the rehearsal. */
  async describeGroups(
    input: DescribeAutoScalingGroupsCommandInput,
  ): Promise<{ AutoScalingGroups: AutoScalingGroup[]; NextToken?: string }> {
    const { AutoScalingGroups = [], NextToken } = await this.options.autoScaling.send(
      new DescribeAutoScalingGroupsCommand(input),
    );
    return { AutoScalingGroups: AutoScalingGroups.map((group) => this.withInstances(group)), NextToken };
  }

  /** @throws AwsRefusal for an unknown group */
  async group(name: string): Promise<AutoScalingGroup> {
    const { AutoScalingGroups: found } = await this.describeGroups({ AutoScalingGroupNames: [name] });
    if (found[0] !== undefined) return found[0];
    throw new AwsRefusal("ValidationError", `AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
  }

  /** State of a group for an instance refresh. */
  async refreshedGroup(name: string): Promise<RefreshedGroup> {
    // Includes the instances that moto has just launched.
    await this.options.reconcile();
    const group = await this.group(name);
    const { version } = await this.options.templates.versionOf(group);
    const isProtected = protectedInstances(group);
    const instances = this.of(name).map(({ id, lifecycle, template, launchedAt, inServiceSince }) => ({
      ...{ id, lifecycle, launchedAt, inServiceSince, version: template.version, protected: isProtected.has(id) },
    }));
    return { desired: group.DesiredCapacity ?? 0, version, instances };
  }

  /** @throws AwsRefusal outside the group's minimum and maximum */
  setDesiredCapacity(name: string, desired: number): Promise<void> {
    return this.#changes.run(async () => {
      const { MinSize = 0, MaxSize = 0 } = await this.group(name);
      const refuse = (bound: string): never => {
        const value = `New SetDesiredCapacity value ${desired} is ${bound}`;
        throw new AwsRefusal("ValidationError", `${value} for the AutoScalingGroup.`);
      };
      if (desired > MaxSize) refuse(`above max value ${MaxSize}`);
      if (desired < MinSize) refuse(`below min value ${MinSize}`);
      await this.resize(name, desired);
    });
  }

  /** @throws AwsRefusal if the desired capacity would be outside the group's minimum and maximum */
  update(input: UpdateAutoScalingGroupCommandInput): Promise<void> {
    return this.#changes.run(async () => {
      const name = input.AutoScalingGroupName ?? "";
      const group = await this.group(name);
      const min = input.MinSize ?? group.MinSize ?? 0;
      const max = input.MaxSize ?? group.MaxSize ?? 0;
      const desired = input.DesiredCapacity ?? Math.max(min, Math.min(max, group.DesiredCapacity ?? 0));
      if (desired < min || desired > max) {
        const bounds = `between the specified min size:${min} and max size:${max}`;
        throw new AwsRefusal("ValidationError", `Desired capacity:${desired} must be ${bounds}`);
      }
      if (desired < (group.DesiredCapacity ?? 0)) await this.resize(name, desired);
      await this.options.autoScaling.send(
        new UpdateAutoScalingGroupCommand({
          ...input,
          DesiredCapacity: desired + this.surplus(name),
          // moto drops a policy, or parts of it, that an update omits.
          ...(input.LaunchTemplate === undefined && {
            MixedInstancesPolicy: mergedPolicy(group.MixedInstancesPolicy, input.MixedInstancesPolicy),
          }),
        }),
      );
    });
  }

  /**
   * Terminates an instance after connection draining and its hooks. Launches a replacement at once, unless `decrement`.
   * Resolves when the instance is terminating.
   * @throws AwsRefusal for an instance of no group, and for a decrement below the group's minimum
   */
  terminate(id: string, { decrement }: { readonly decrement: boolean }): Promise<void> {
    return this.#changes.run(async () => {
      const instance = this.member(id);
      const { MinSize = 0, DesiredCapacity = 0 } = await this.group(instance.group.name);
      if (decrement && DesiredCapacity <= MinSize) {
        throw new AwsRefusal(
          "ValidationError",
          "Currently, desiredSize equals minSize. Terminating instance without replacement will violate group's min size " +
            "constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
        );
      }
      await this.remove(instance, decrement);
    });
  }

  /** Replaces an unhealthy instance, which the API shows as unhealthy until it is gone. @throws AwsRefusal */
  async replaceUnhealthy(id: string): Promise<void> {
    const instance = this.member(id);
    await this.terminate(id, { decrement: false });
    instance.unhealthy = true;
  }

  /** Launches instances beyond the desired capacity. */
  launchSurplus(name: string, count: number): Promise<void> {
    return this.#changes.run(async () => {
      const { DesiredCapacity = 0 } = await this.group(name);
      this.#surplus.set(name, this.surplus(name) + count);
      await this.setMotoCapacity(name, DesiredCapacity + this.surplus(name));
    });
  }

  /** Terminates an instance for a refresh; a surplus instance may already replace it. */
  replace(id: string): Promise<void> {
    return this.#changes.run(async () => {
      const instance = this.member(id);
      const surplus = this.surplus(instance.group.name);
      if (surplus > 0) this.#surplus.set(instance.group.name, surplus - 1);
      await this.remove(instance, surplus > 0);
    });
  }

  /** Terminates surplus instances after a canceled refresh. */
  dropSurplus(name: string): Promise<void> {
    return this.#changes.run(async () => {
      if (this.surplus(name) === 0) return;
      const { DesiredCapacity = 0 } = await this.group(name);
      this.#surplus.delete(name);
      await this.resize(name, DesiredCapacity);
    });
  }

  /** Instance of a group that is not terminating. @throws AwsRefusal */
  member(id: string): Instance {
    const instance = this.options.instances.get(id);
    if (instance !== undefined && !isTerminating(instance.lifecycle)) return instance;
    throw new AwsRefusal("ValidationError", `Instance Id not found - No managed instance found for instance ID: ${id}`);
  }

  /** Pending hooks of a group's instances, or of one. */
  hookWaits(group: string, id?: string): HookWait[] {
    const selected = this.of(group).filter((instance) => id === undefined || instance.id === id);
    return selected.flatMap(({ hookWait }) => hookWait ?? []);
  }

  private of(group: string): Instance[] {
    return this.options.instances.all.filter((instance) => instance.group.name === group);
  }

  private surplus(group: string): number {
    return this.#surplus.get(group) ?? 0;
  }

  private async resize(name: string, desired: number): Promise<void> {
    await this.options.reconcile();
    const group = await this.group(name);
    const { version } = await this.options.templates.versionOf(group);
    const isProtected = protectedInstances(group);
    const staying = this.of(name).filter(({ lifecycle }) => !isTerminating(lifecycle));
    const candidates = staying.map(({ id, subnet, template, launchedAt }) => ({
      ...{ id, launchedAt, zone: subnet.zone, version: template.version, protected: isProtected.has(id) },
    }));
    const excess = staying.length - desired - this.surplus(name);
    for (const id of chooseForScaleIn(candidates, version, excess)) await this.remove(this.member(id), true);
    await this.setMotoCapacity(name, desired + this.surplus(name));
  }

  private async setMotoCapacity(name: string, capacity: number): Promise<void> {
    const input = { AutoScalingGroupName: name, DesiredCapacity: capacity };
    await this.options.autoScaling.send(new SetDesiredCapacityCommand(input));
    this.inBackground(this.options.reconcile());
  }

  private async remove(instance: Instance, decrement: boolean): Promise<void> {
    const { state, lifecycle } = instance;
    const wasServing = lifecycle === "InService";
    const detach = new DetachInstancesCommand({
      AutoScalingGroupName: instance.group.name,
      InstanceIds: [instance.id],
      ShouldDecrementDesiredCapacity: decrement,
    });
    // Set before moto launches a replacement, which gets the same name.
    instance.state = "terminating";
    instance.lifecycle = "Terminating";
    try {
      await this.options.autoScaling.send(detach);
    } catch (error) {
      Object.assign(instance, { state, lifecycle });
      throw error;
    }
    instance.hookWait?.cancel();
    this.inBackground(this.#lifecycle.leave(instance, wasServing));
    this.inBackground(this.options.reconcile());
  }

  private withInstances(group: AutoScalingGroup): AutoScalingGroup {
    const { AutoScalingGroupName: name = "", DesiredCapacity = 0 } = group;
    const isProtected = protectedInstances(group);
    const Instances = this.of(name)
      .filter(({ lifecycle }) => lifecycle !== "Terminated")
      .map(({ id, instanceType, subnet, lifecycle, template, unhealthy }) => ({
        InstanceId: id,
        InstanceType: instanceType,
        AvailabilityZone: subnet.zone,
        LifecycleState: lifecycle,
        HealthStatus: unhealthy === true ? "Unhealthy" : "Healthy",
        LaunchTemplate: { LaunchTemplateId: template.id, LaunchTemplateName: template.name, Version: template.version },
        ProtectedFromScaleIn: isProtected.has(id),
      }));
    return { ...group, Instances, DesiredCapacity: DesiredCapacity - this.surplus(name) };
  }

  private inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.options.report(messageOf(error));
    });
  }
}

/** Policy of an update. @param former as the API describes it, with both the id and the name of the template: an update has one */
function mergedPolicy(
  former: MixedInstancesPolicy | undefined,
  given: MixedInstancesPolicy | undefined,
): MixedInstancesPolicy | undefined {
  if (former === undefined) return given;
  const LaunchTemplate = { ...former.LaunchTemplate, ...given?.LaunchTemplate };
  const { LaunchTemplateId, LaunchTemplateName, Version } = LaunchTemplate.LaunchTemplateSpecification ?? {};
  const which = LaunchTemplateId === undefined ? { LaunchTemplateName } : { LaunchTemplateId };
  return {
    ...former,
    ...given,
    LaunchTemplate: { ...LaunchTemplate, LaunchTemplateSpecification: { ...which, Version } },
  };
}

function protectedInstances({ Instances = [] }: AutoScalingGroup): ReadonlySet<string> {
  const isProtected = Instances.filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn === true);
  return new Set(isProtected.map(({ InstanceId = "" }) => InstanceId));
}
