/**
 * Auto Scaling as it treats instances: what becomes of each between its launch and its end. MachineReconciler, sizes and launches are
 * moto's, which knows no lifecycle: it is told to detach what leaves, and to terminate it when it has left.
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
  /** Instances beyond the desired capacity, that a refresh has launched first; by group. */
  readonly #surplus = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  readonly #lifecycle: Lifecycle;

  constructor(private readonly options: AutoScalingOptions) {
    this.#lifecycle = new Lifecycle(options);
  }

  /** The machine of a new instance runs: its hooks may hold it before it is put into service. */
  launched(instance: Instance): void {
    const abandon = (): Promise<void> => this.inTurn(() => this.remove(instance, false));
    if (instance.lifecycle === "Pending") this.inBackground(this.#lifecycle.enter(instance, abandon));
  }

  /** EC2 has terminated an instance, asked by the group or not. */
  ended(instance: Instance): void {
    instance.state = "terminating";
    instance.lifecycle = "Terminated";
    instance.hold?.cancel();
    this.options.events.send(shuttingDown(instance.id));
  }

  /** MachineReconciler as the API shows them, with the instances that there truly are. */
  async describeGroups(
    input: DescribeAutoScalingGroupsCommandInput,
  ): Promise<{ AutoScalingGroups: AutoScalingGroup[]; NextToken?: string }> {
    const { AutoScalingGroups = [], NextToken } = await this.options.autoScaling.send(
      new DescribeAutoScalingGroupsCommand(input),
    );
    const shown = AutoScalingGroups.map((group) => this.shown(group));
    return { AutoScalingGroups: shown, ...(NextToken !== undefined && { NextToken }) };
  }

  /** @throws AwsRefusal if there is no such group. */
  async group(name: string): Promise<AutoScalingGroup> {
    const { AutoScalingGroups: found } = await this.describeGroups({ AutoScalingGroupNames: [name] });
    if (found[0] !== undefined) return found[0];
    throw new AwsRefusal("ValidationError", `AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
  }

  /** A group as an instance refresh looks at it. */
  async refreshedGroup(name: string): Promise<RefreshedGroup> {
    // whatever moto has just launched counts
    await this.options.sweep();
    const group = await this.group(name);
    const { version } = await this.options.templates.versionOf(group);
    const isProtected = protectedInstances(group);
    const instances = this.of(name).map(({ id, lifecycle, template, launchedAt, inServiceSince }) => ({
      ...{ id, lifecycle, launchedAt, version: template.version, protected: isProtected.has(id) },
      ...(inServiceSince !== undefined && { inServiceSince }),
    }));
    return { desired: group.DesiredCapacity ?? 0, version, instances };
  }

  /** @throws AwsRefusal beyond the group's bounds. */
  setDesiredCapacity(name: string, desired: number): Promise<void> {
    return this.inTurn(async () => {
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

  /** @throws AwsRefusal where the desired capacity would be out of the group's bounds. */
  update(input: UpdateAutoScalingGroupCommandInput): Promise<void> {
    return this.inTurn(async () => {
      const name = input.AutoScalingGroupName ?? "";
      const group = await this.group(name);
      const least = input.MinSize ?? group.MinSize ?? 0;
      const most = input.MaxSize ?? group.MaxSize ?? 0;
      const desired = input.DesiredCapacity ?? Math.max(least, Math.min(most, group.DesiredCapacity ?? 0));
      if (desired < least || desired > most) {
        const bounds = `between the specified min size:${least} and max size:${most}`;
        throw new AwsRefusal("ValidationError", `Desired capacity:${desired} must be ${bounds}`);
      }
      if (desired < (group.DesiredCapacity ?? 0)) await this.resize(name, desired);
      await this.options.autoScaling.send(
        new UpdateAutoScalingGroupCommand({
          ...input,
          DesiredCapacity: desired + this.surplus(name),
          // moto forgets a policy, and each part of one, that is not given again
          ...(input.LaunchTemplate === undefined && {
            MixedInstancesPolicy: mergedPolicy(group.MixedInstancesPolicy, input.MixedInstancesPolicy),
          }),
        }),
      );
    });
  }

  /**
   * Ends an instance: it leaves the load balancers, its hooks let it go, EC2 terminates it. Another comes at once, unless the
   * group is to be smaller by one. Resolves when it is on its way out.
   * @throws AwsRefusal for an instance that is no group's, and where the group may not be smaller.
   */
  terminate(id: string, { decrement }: { readonly decrement: boolean }): Promise<void> {
    return this.inTurn(async () => {
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

  /**
   * Has an instance that is unhealthy replaced, and says so of it while it is there.
   * @throws AwsRefusal for an instance that is no group's.
   */
  async replaceUnhealthy(id: string): Promise<void> {
    const instance = this.member(id);
    await this.terminate(id, { decrement: false });
    instance.unhealthy = true;
  }

  /** Starts instances beyond the desired capacity. */
  launchSurplus(name: string, count: number): Promise<void> {
    return this.inTurn(async () => {
      const { DesiredCapacity = 0 } = await this.group(name);
      this.#surplus.set(name, this.surplus(name) + count);
      await this.setMotosCapacity(name, DesiredCapacity + this.surplus(name));
    });
  }

  /** Ends an instance for a refresh: one beyond the desired capacity may have taken its place already. */
  replace(id: string): Promise<void> {
    return this.inTurn(async () => {
      const instance = this.member(id);
      const surplus = this.surplus(instance.group.name);
      if (surplus > 0) this.#surplus.set(instance.group.name, surplus - 1);
      await this.remove(instance, surplus > 0);
    });
  }

  /** What a refresh launched beyond the desired capacity goes again when it ends early. */
  dropSurplus(name: string): Promise<void> {
    return this.inTurn(async () => {
      if (this.surplus(name) === 0) return;
      const { DesiredCapacity = 0 } = await this.group(name);
      this.#surplus.delete(name);
      await this.resize(name, DesiredCapacity);
    });
  }

  /**
   * The instance of a group, not on its way out.
   * @throws AwsRefusal
   */
  member(id: string): Instance {
    const instance = this.options.instances.get(id);
    if (instance !== undefined && !isTerminating(instance.lifecycle)) return instance;
    throw new AwsRefusal("ValidationError", `Instance Id not found - No managed instance found for instance ID: ${id}`);
  }

  /** What waits for answers to the hooks of a group's instances; of one, where it is named. */
  holds(group: string, id?: string): HookWait[] {
    const named = this.of(group).filter((instance) => id === undefined || instance.id === id);
    return named.flatMap(({ hold }) => (hold === undefined ? [] : [hold]));
  }

  private of(group: string): Instance[] {
    return this.options.instances.all.filter((instance) => instance.group.name === group);
  }

  private surplus(group: string): number {
    return this.#surplus.get(group) ?? 0;
  }

  private async resize(name: string, desired: number): Promise<void> {
    await this.options.sweep();
    const group = await this.group(name);
    const { version } = await this.options.templates.versionOf(group);
    const isProtected = protectedInstances(group);
    const staying = this.of(name).filter(({ lifecycle }) => !isTerminating(lifecycle));
    const candidates = staying.map(({ id, subnet, template, launchedAt }) => ({
      ...{ id, launchedAt, zone: subnet.zone, version: template.version, protected: isProtected.has(id) },
    }));
    const tooMany = staying.length - desired - this.surplus(name);
    for (const id of chooseForScaleIn(candidates, version, tooMany)) await this.remove(this.member(id), true);
    await this.setMotosCapacity(name, desired + this.surplus(name));
  }

  private async setMotosCapacity(name: string, capacity: number): Promise<void> {
    const input = { AutoScalingGroupName: name, DesiredCapacity: capacity };
    await this.options.autoScaling.send(new SetDesiredCapacityCommand(input));
    this.inBackground(this.options.sweep());
  }

  private async remove(instance: Instance, decrement: boolean): Promise<void> {
    const { state, lifecycle } = instance;
    const wasServing = lifecycle === "InService";
    const detach = new DetachInstancesCommand({
      AutoScalingGroupName: instance.group.name,
      InstanceIds: [instance.id],
      ShouldDecrementDesiredCapacity: decrement,
    });
    // before moto launches another, which gets its name
    instance.state = "terminating";
    instance.lifecycle = "Terminating";
    try {
      await this.options.autoScaling.send(detach);
    } catch (error) {
      Object.assign(instance, { state, lifecycle });
      throw error;
    }
    instance.hold?.cancel();
    this.inBackground(this.#lifecycle.leave(instance, wasServing));
    this.inBackground(this.options.sweep());
  }

  private shown(group: AutoScalingGroup): AutoScalingGroup {
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

  /** One change after another: each leaves what the next looks at. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  private inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.options.report(error instanceof Error ? error.message : String(error));
    });
  }
}

function mergedPolicy(
  former: MixedInstancesPolicy | undefined,
  given: MixedInstancesPolicy | undefined,
): MixedInstancesPolicy | undefined {
  if (former === undefined || given === undefined) return given ?? former;
  return { ...former, ...given, LaunchTemplate: { ...former.LaunchTemplate, ...given.LaunchTemplate } };
}

function protectedInstances({ Instances = [] }: AutoScalingGroup): ReadonlySet<string> {
  return new Set(
    Instances.filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn === true).map(
      ({ InstanceId = "" }) => InstanceId,
    ),
  );
}
