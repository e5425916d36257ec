/** Transitions of an instance into and out of service, in Auto Scaling's order, delayed by its group's hooks. */
import { setTimeout as sleep } from "node:timers/promises";
import { type AutoScalingClient, DescribeLifecycleHooksCommand } from "@aws-sdk/client-auto-scaling";
import { type EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { type EventBridge, lifecycleEvent } from "../eventBridge";
import type { Instance } from "../ec2/instance";
import { HookWait, type Hook, type HookResult } from "./hookWait";
import { isTerminating } from "./refresh.plan";

export interface LifecycleOptions {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  /** Deregistration delay of an instance's load balancers. */
  readonly drainSeconds: (instance: Instance) => number;
  /** Updates firewall, load balancers and DNS. */
  readonly syncNetwork: () => Promise<void>;
  /** Matches machines with EC2's instances; resolves when all new instances are registered. */
  readonly reconcile: () => Promise<void>;
  readonly events: Pick<EventBridge, "send">;
}

type Transition = "autoscaling:EC2_INSTANCE_LAUNCHING" | "autoscaling:EC2_INSTANCE_TERMINATING";

/** Auto Scaling's default timeout of a hook. */
const defaultHeartbeatSeconds = 3600;

export class Lifecycle {
  constructor(private readonly options: LifecycleOptions) {}

  /** Brings a launched instance into service, or calls `abandon` if a hook abandons it. */
  async enter(instance: Instance, abandon: () => Promise<void>): Promise<void> {
    const hooks = await this.hooks(instance, "autoscaling:EC2_INSTANCE_LAUNCHING");
    if (hooks.length > 0 && instance.lifecycle === "Pending") {
      instance.lifecycle = "Pending:Wait";
      const result = await this.waitForHooks(instance, hooks, "autoscaling:EC2_INSTANCE_LAUNCHING");
      if (hasLeft(instance)) return;
      if (result === "ABANDON") return abandon();
      instance.lifecycle = "Pending:Proceed";
    }
    if (hasLeft(instance)) return;
    instance.lifecycle = "InService";
    instance.inServiceSince = Date.now();
    await this.options.syncNetwork();
  }

  /** Takes a `Terminating` instance out of service: drains its load balancers, then waits for its hooks. */
  async leave(instance: Instance, wasServing: boolean): Promise<void> {
    const { drainSeconds, ec2, syncNetwork, reconcile } = this.options;
    await syncNetwork();
    const until = Date.now() + (wasServing ? drainSeconds(instance) * 1000 : 0);
    while (Date.now() < until && instance.lifecycle === "Terminating") await sleep(200);
    const hooks = await this.hooks(instance, "autoscaling:EC2_INSTANCE_TERMINATING");
    if (isGone(instance)) return;
    if (hooks.length > 0) {
      instance.lifecycle = "Terminating:Wait";
      await syncNetwork();
      await this.waitForHooks(instance, hooks, "autoscaling:EC2_INSTANCE_TERMINATING");
    }
    if (isGone(instance)) return;
    instance.lifecycle = "Terminating:Proceed";
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.id] }));
    await reconcile();
  }

  private async waitForHooks(instance: Instance, hooks: readonly Hook[], transition: Transition): Promise<HookResult> {
    const wait = new HookWait(hooks);
    instance.hookWait = wait;
    const { id, group } = instance;
    for (const { name: hook } of hooks) {
      const token = wait.token(hook) ?? "";
      this.options.events.send(lifecycleEvent({ instance: id, group: group.name, hook, token, transition }));
    }
    const result = await wait.done;
    if (instance.hookWait === wait) delete instance.hookWait;
    return result;
  }

  private async hooks({ group }: Instance, transition: Transition): Promise<Hook[]> {
    const { LifecycleHooks = [] } = await this.options.autoScaling.send(
      new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group.name }),
    );
    return LifecycleHooks.filter(({ LifecycleTransition }) => LifecycleTransition === transition).map(
      ({ LifecycleHookName = "", HeartbeatTimeout = defaultHeartbeatSeconds, DefaultResult }) => ({
        name: LifecycleHookName,
        heartbeatSeconds: HeartbeatTimeout,
        defaultResult: DefaultResult === "CONTINUE" ? "CONTINUE" : "ABANDON",
      }),
    );
  }
}

/** A function, because TypeScript does not know that the state changes during each `await`. */
function hasLeft({ lifecycle }: Instance): boolean {
  return isTerminating(lifecycle);
}

function isGone({ terminated }: Instance): boolean {
  return terminated === true;
}
