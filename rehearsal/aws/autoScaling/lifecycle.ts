/** How an instance comes into service and how it leaves: in Auto Scaling's order, held by its group's hooks. */
import { setTimeout as sleep } from "node:timers/promises";
import { type AutoScalingClient, DescribeLifecycleHooksCommand } from "@aws-sdk/client-auto-scaling";
import { type EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { type Events, lifecycleEvent } from "../eventBridge";
import type { Instance } from "../ec2/instance";
import { HookWait, type Hook, type HookResult } from "./hookWait";
import { isTerminating } from "./refresh.plan";

export interface LifecycleOptions {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  /** Seconds for which an instance's load balancers let it finish what it answers. */
  readonly drainSeconds: (instance: Instance) => number;
  /** Load balancers follow. */
  readonly syncNetwork: () => Promise<void>;
  /** Machines follow EC2's instances; resolves when those that are new are known. */
  readonly sweep: () => Promise<void>;
  readonly events: Pick<Events, "send">;
}

type Transition = "autoscaling:EC2_INSTANCE_LAUNCHING" | "autoscaling:EC2_INSTANCE_TERMINATING";

/** Where a hook does not say how long it waits. */
const usualHeartbeatSeconds = 3600;

export class Lifecycle {
  constructor(private readonly options: LifecycleOptions) {}

  /** From its launch into service; `abandon` is called for one that its hooks give up. */
  async enter(instance: Instance, abandon: () => Promise<void>): Promise<void> {
    const hooks = await this.hooks(instance, "autoscaling:EC2_INSTANCE_LAUNCHING");
    if (hooks.length > 0 && instance.lifecycle === "Pending") {
      instance.lifecycle = "Pending:Wait";
      const result = await this.held(instance, hooks, "autoscaling:EC2_INSTANCE_LAUNCHING");
      if (hasLeft(instance)) return;
      if (result === "ABANDON") return abandon();
      instance.lifecycle = "Pending:Proceed";
    }
    if (hasLeft(instance)) return;
    instance.lifecycle = "InService";
    instance.inServiceSince = Date.now();
    await this.options.syncNetwork();
  }

  /** Out of service, for one whose lifecycle is `Terminating`: load balancers finish with it first, then its hooks' time begins. */
  async leave(instance: Instance, wasServing: boolean): Promise<void> {
    const { drainSeconds, ec2, syncNetwork, sweep } = this.options;
    await syncNetwork();
    const until = Date.now() + (wasServing ? drainSeconds(instance) * 1000 : 0);
    while (Date.now() < until && instance.lifecycle === "Terminating") await sleep(200);
    const hooks = await this.hooks(instance, "autoscaling:EC2_INSTANCE_TERMINATING");
    if (isGone(instance)) return;
    if (hooks.length > 0) {
      instance.lifecycle = "Terminating:Wait";
      await syncNetwork();
      await this.held(instance, hooks, "autoscaling:EC2_INSTANCE_TERMINATING");
    }
    if (isGone(instance)) return;
    instance.lifecycle = "Terminating:Proceed";
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.id] }));
    await sweep();
  }

  private async held(instance: Instance, hooks: readonly Hook[], transition: Transition): Promise<HookResult> {
    const hold = new HookWait(hooks);
    instance.hold = hold;
    for (const { name } of hooks) {
      const [{ id, group }, token] = [instance, hold.token(name) ?? ""];
      this.options.events.send(lifecycleEvent({ instance: id, group: group.name, hook: name, token, transition }));
    }
    const result = await hold.done;
    if (instance.hold === hold) delete instance.hold;
    return result;
  }

  private async hooks({ group }: Instance, transition: Transition): Promise<Hook[]> {
    const { LifecycleHooks = [] } = await this.options.autoScaling.send(
      new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group.name }),
    );
    return LifecycleHooks.filter(({ LifecycleTransition }) => LifecycleTransition === transition).map(
      ({ LifecycleHookName = "", HeartbeatTimeout = usualHeartbeatSeconds, DefaultResult }) => ({
        name: LifecycleHookName,
        heartbeatSeconds: HeartbeatTimeout,
        defaultResult: DefaultResult === "CONTINUE" ? "CONTINUE" : "ABANDON",
      }),
    );
  }
}

/** Seen anew each time: it changes while others are waited for. */
function hasLeft({ lifecycle }: Instance): boolean {
  return isTerminating(lifecycle);
}

function isGone({ ended }: Instance): boolean {
  return ended === true;
}
