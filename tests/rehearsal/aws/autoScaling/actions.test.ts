/** Auto Scaling's API: sizes of groups and lifecycles of instances. */
import { setTimeout as sleep } from "node:timers/promises";
import { runAutoScalingAction } from "../../../../rehearsal/aws/autoScaling/actions";
import { AutoScaling } from "../../../../rehearsal/aws/autoScaling/autoScaling";
import { LaunchTemplates } from "../../../../rehearsal/aws/ec2/launchTemplates";
import { Refreshes } from "../../../../rehearsal/aws/autoScaling/refreshes";
import { InstanceRegistry } from "../../../../rehearsal/aws/ec2/instance";
import { FakeMoto } from "./fakeMoto";

const pool = "c-worker-general";
const terminating = (name = "depart", DefaultResult = "CONTINUE"): Record<string, unknown> => ({
  ...{ LifecycleHookName: name, LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" },
  ...{ HeartbeatTimeout: 120, DefaultResult },
});
const launching = { ...terminating("joined", "ABANDON"), LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" };

let moto: FakeMoto;
let instances: InstanceRegistry;
let drain: number;
let problems: string[];
let events: string[];
let scaling: AutoScaling;
let refreshes: Refreshes;

beforeEach(() => {
  moto = new FakeMoto(pool);
  instances = new InstanceRegistry();
  drain = 0;
  problems = [];
  events = [];
  const report = (problem: string): void => void problems.push(problem);
  scaling = new AutoScaling({
    ...{ autoScaling: moto.autoScaling, ec2: moto.ec2, instances, report },
    templates: new LaunchTemplates(moto),
    drainSeconds: () => drain,
    events: { send: ({ detailType }) => void events.push(detailType) },
    syncNetwork: () => Promise.resolve(),
    reconcile: () => {
      moto.reconcile(instances, scaling);
      return Promise.resolve();
    },
  });
  refreshes = new Refreshes(scaling, report);
});
afterEach(() => {
  for (const instance of instances.all) instance.hookWait?.cancel();
  expect(problems).toEqual([]);
});

type Parameters = Record<string, string | number | boolean>;

async function call<Result = Record<string, never>>(action: string, parameters: Parameters = {}): Promise<Result> {
  const form = new URLSearchParams({ AutoScalingGroupName: pool });
  for (const [name, value] of Object.entries(parameters)) form.set(name, String(value));
  const result = await runAutoScalingAction({ service: "autoscaling", action, form }, { scaling, refreshes });
  // Background work continues after the call.
  await sleep(5);
  return result as Result;
}

interface GroupState {
  desired: number | undefined;
  states: string[];
  unhealthy: string[];
}

async function groupState(): Promise<GroupState> {
  const { AutoScalingGroups: groups } = await call<{
    AutoScalingGroups: {
      DesiredCapacity?: number;
      Instances: { InstanceId: string; LifecycleState: string; HealthStatus: string }[];
    }[];
  }>("DescribeAutoScalingGroups", { "AutoScalingGroupNames.member.1": pool });
  const { DesiredCapacity: desired, Instances = [] } = groups[0] ?? {};
  const states = Instances.map(({ InstanceId, LifecycleState }) => `${InstanceId} ${LifecycleState}`);
  const unhealthy = Instances.filter(({ HealthStatus }) => HealthStatus !== "Healthy");
  return { desired, states, unhealthy: unhealthy.map(({ InstanceId }) => InstanceId) };
}

const refused = (action: string, parameters: Parameters, message: string): Promise<void> =>
  expect(call(action, parameters)).rejects.toThrow(message);
const terminate = (InstanceId: string, ShouldDecrementDesiredCapacity = false): Promise<unknown> =>
  call("TerminateInstanceInAutoScalingGroup", { InstanceId, ShouldDecrementDesiredCapacity });
const complete = (
  InstanceId: string,
  LifecycleHookName: string,
  LifecycleActionResult = "CONTINUE",
): Promise<unknown> => call("CompleteLifecycleAction", { InstanceId, LifecycleHookName, LifecycleActionResult });

describe("the desired capacity", () => {
  test("changes within the group's minimum and maximum", async () => {
    await call("SetDesiredCapacity", { DesiredCapacity: 3 });
    expect(await groupState()).toMatchObject({
      desired: 3,
      states: ["i-1 InService", "i-2 InService", "i-3 InService"],
    });
    await call("SetDesiredCapacity", { DesiredCapacity: 1 });
    expect(await groupState()).toMatchObject({ desired: 1, states: ["i-3 InService"] });
    moto.min = 1;
    await refused("SetDesiredCapacity", { DesiredCapacity: 11 }, "value 11 is above max value 10");
    await refused("SetDesiredCapacity", { DesiredCapacity: 0 }, "value 0 is below min value 1");
    await refused("SetDesiredCapacity", { DesiredCapacity: "many" }, "DesiredCapacity: ");
    await refused("SetDesiredCapacity", { AutoScalingGroupName: "other", DesiredCapacity: 1 }, "'other' not found");
  });

  test("shrinks without protected instances", async () => {
    await call("SetDesiredCapacity", { DesiredCapacity: 2 });
    moto.protected.add("i-1");
    await call("SetDesiredCapacity", { DesiredCapacity: 0 });
    expect(await groupState()).toMatchObject({ desired: 0, states: ["i-1 InService"] });
  });

  test("follows a changed minimum or maximum", async () => {
    await call("UpdateAutoScalingGroup", { MinSize: 2 });
    expect((await groupState()).desired).toBe(2);
    await call("UpdateAutoScalingGroup", { MinSize: 0, MaxSize: 1 });
    expect(await groupState()).toMatchObject({ desired: 1, states: ["i-2 InService"] });
    await refused("UpdateAutoScalingGroup", { DesiredCapacity: 5 }, "Desired capacity:5 must be between");
  });

  test("decreases with a terminated instance, but not below the minimum", async () => {
    await call("SetDesiredCapacity", { DesiredCapacity: 2 });
    await terminate("i-1", true);
    expect(await groupState()).toMatchObject({ desired: 1, states: ["i-2 InService"] });
    moto.min = 1;
    await expect(terminate("i-2", true)).rejects.toThrow("desiredSize equals minSize");
    await expect(terminate("i-9")).rejects.toThrow("No managed instance found for instance ID: i-9");
  });
});

describe("a terminated instance", () => {
  beforeEach(async () => {
    moto.hooks = [terminating()];
    await call("SetDesiredCapacity", { DesiredCapacity: 1 });
  });

  test("is replaced at once, drains, waits for its hooks, and then ends", async () => {
    drain = 0.3;
    await terminate("i-1");
    expect((await groupState()).states).toEqual(["i-1 Terminating", "i-2 InService"]);
    await expect(complete("i-1", "depart")).rejects.toThrow("No active Lifecycle Action found with instance ID i-1");
    await sleep(500);
    expect((await groupState()).states).toEqual(["i-1 Terminating:Wait", "i-2 InService"]);
    await call("RecordLifecycleActionHeartbeat", { InstanceId: "i-1", LifecycleHookName: "depart" });
    expect(moto.running).toContain("i-1");
    await complete("i-1", "depart");
    expect((await groupState()).states).toEqual(["i-2 InService"]);
    expect(moto.running).toEqual(["i-2"]);
    expect(events).toEqual(["EC2 Instance-terminate Lifecycle Action", "EC2 Instance State-change Notification"]);
  });

  test("cannot be terminated again or protected", async () => {
    await terminate("i-1");
    await expect(terminate("i-1")).rejects.toThrow("No managed instance found");
    const protect = { "InstanceIds.member.1": "i-1", ProtectedFromScaleIn: true };
    await refused("SetInstanceProtection", protect, "No managed instance found");
  });

  test("is an unhealthy one, after its grace period", async () => {
    const unhealthy = { InstanceId: "i-1", HealthStatus: "Unhealthy" };
    await call("SetInstanceHealth", unhealthy);
    expect((await groupState()).states).toEqual(["i-1 InService"]);
    await call("SetInstanceHealth", { ...unhealthy, ShouldRespectGracePeriod: false });
    const states = ["i-1 Terminating:Wait", "i-2 InService"];
    expect(await groupState()).toEqual({ desired: 1, states, unhealthy: ["i-1"] });
  });
});

describe("a launched instance", () => {
  beforeEach(async () => {
    moto.hooks = [launching];
    await call("SetDesiredCapacity", { DesiredCapacity: 1 });
  });

  test("is in service after its hook continues", async () => {
    expect((await groupState()).states).toEqual(["i-1 Pending:Wait"]);
    await complete("i-1", "joined");
    expect((await groupState()).states).toEqual(["i-1 InService"]);
  });

  test("is replaced after its hook abandons it", async () => {
    await complete("i-1", "joined", "ABANDON");
    expect((await groupState()).states).toEqual(["i-2 Pending:Wait"]);
  });
});

describe("an instance refresh", () => {
  const start = (parameters: Parameters = {}): Promise<{ InstanceRefreshId: string }> =>
    call("StartInstanceRefresh", {
      "Preferences.MinHealthyPercentage": 0,
      "Preferences.InstanceWarmup": 0,
      ...parameters,
    });
  const statuses = async (): Promise<string[]> => {
    const { InstanceRefreshes: found } = await call<{
      InstanceRefreshes: { Status: string; PercentageComplete: number }[];
    }>("DescribeInstanceRefreshes");
    return found.map(({ Status, PercentageComplete }) => `${Status} ${PercentageComplete} %`);
  };
  const template = { "LaunchTemplate.LaunchTemplateId": "lt-1", "LaunchTemplate.Version": "2" };

  test("replaces instances of other versions and shows its progress", async () => {
    await call("SetDesiredCapacity", { DesiredCapacity: 2 });
    await call("UpdateAutoScalingGroup", template);
    await start({ "Preferences.SkipMatching": true });
    expect(await statuses()).toEqual(["Pending 0 %"]);
    await expect(start()).rejects.toThrow("An Instance Refresh is already in progress");
    await sleep(2_300);
    expect(await statuses()).toEqual(["Successful 100 %"]);
    expect((await groupState()).states).toEqual(["i-3 InService", "i-4 InService"]);
    expect(instances.all.map((instance) => instance.template.version)).toEqual(["2", "2"]);
  });

  test("terminates its surplus instances when it is canceled", async () => {
    await call("SetDesiredCapacity", { DesiredCapacity: 1 });
    const room = { "Preferences.MinHealthyPercentage": 100, "Preferences.MaxHealthyPercentage": 110 };
    await start({ ...room, "Preferences.InstanceWarmup": 60 });
    await sleep(1_200);
    expect(await groupState()).toMatchObject({ desired: 1, states: ["i-1 InService", "i-2 InService"] });
    await call("CancelInstanceRefresh");
    expect(await statuses()).toEqual(["Cancelled 0 %"]);
    expect((await groupState()).states).toHaveLength(1);
    await refused("CancelInstanceRefresh", {}, "No in progress or pending Instance Refresh found");
  });

  test("refuses contradictory and unknown preferences", async () => {
    const apart = { "Preferences.MinHealthyPercentage": 0, "Preferences.MaxHealthyPercentage": 110 };
    await expect(start(apart)).rejects.toThrow("can not be greater than 100");
    await expect(start({ "Preferences.Speed": 1 })).rejects.toThrow("Speed");
  });
});
