/** Actions of Auto Scaling that moto lacks, or implements without lifecycle states. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { AwsCall } from "../api/awsCall";
import type { AutoScaling } from "./autoScaling";
import type { HookWait } from "./hookWait";
import { parseForm } from "../api/queryProtocol";
import type { Refreshes } from "./refreshes";
import { AwsRefusal } from "../api/awsRefusal";

/** Members of an action's result; undefined: moto answers. */
type Action = (input: unknown, services: Services) => Promise<object | undefined>;

interface Services {
  readonly scaling: AutoScaling;
  readonly refreshes: Refreshes;
}

const count = z.coerce.number().int().min(0);
const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const group = z.object({ AutoScalingGroupName: z.string() });
const lifecycleAction = group.extend({
  LifecycleHookName: z.string(),
  InstanceId: z.string().optional(),
  LifecycleActionToken: z.string().optional(),
});
const preferences = z
  .object({
    MinHealthyPercentage: count.max(100).default(90),
    MaxHealthyPercentage: count.min(100).max(200).optional(),
    InstanceWarmup: count.optional(),
    SkipMatching: flag.default(false),
    ScaleInProtectedInstances: z.enum(["Refresh", "Ignore", "Wait"]).default("Wait"),
    // No action puts a rehearsed instance into standby.
    StandbyInstances: z.enum(["Terminate", "Ignore", "Wait"]).optional(),
    AutoRollback: flag.default(false),
  })
  .strict()
  .refine(({ MinHealthyPercentage: min, MaxHealthyPercentage: max = 100 }) => max - min <= 100, {
    message: "The difference between MinHealthyPercentage and MaxHealthyPercentage can not be greater than 100",
  });

/** Runs an action. @throws AwsRefusal */
export async function runAutoScalingAction({ action, form }: AwsCall, services: Services): Promise<object | undefined> {
  const act = actions[action];
  if (act === undefined) return undefined;
  try {
    return await act(parseForm(form), services);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const problems = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new AwsRefusal("ValidationError", problems.join("; "));
  }
}

const actions: Readonly<Record<string, Action>> = {
  DescribeAutoScalingGroups: async (input, { scaling }) => {
    const filter = z.object({ Name: z.string(), Values: z.array(z.string()) });
    const request = z
      .object({
        AutoScalingGroupNames: z.array(z.string()).optional(),
        Filters: z.array(filter).optional(),
        MaxRecords: count.optional(),
        NextToken: z.string().optional(),
      })
      .parse(input);
    return scaling.describeGroups(request);
  },

  DescribeAutoScalingInstances: async (input, { scaling }) => {
    const { InstanceIds = [] } = z.object({ InstanceIds: z.array(z.string()).optional() }).parse(input);
    const { AutoScalingGroups } = await scaling.describeGroups({});
    const all = AutoScalingGroups.flatMap(({ AutoScalingGroupName, Instances = [] }) =>
      Instances.map((instance) => ({ AutoScalingGroupName, ...instance })),
    );
    const wanted = all.filter(({ InstanceId = "" }) => InstanceIds.length === 0 || InstanceIds.includes(InstanceId));
    return { AutoScalingInstances: wanted };
  },

  SetDesiredCapacity: async (input, { scaling }) => {
    const { AutoScalingGroupName, DesiredCapacity } = group.extend({ DesiredCapacity: count }).parse(input);
    await scaling.setDesiredCapacity(AutoScalingGroupName, DesiredCapacity);
    return {};
  },

  UpdateAutoScalingGroup: async (input, { scaling }) => {
    const numbers = { MinSize: count, MaxSize: count, DesiredCapacity: count, HealthCheckGracePeriod: count };
    const request = group.extend(z.object(numbers).partial().shape).loose().parse(input);
    // All other members are texts or structures of texts, which the client passes unchanged.
    await scaling.update(request);
    return {};
  },

  TerminateInstanceInAutoScalingGroup: async (input, { scaling }) => {
    const { InstanceId, ShouldDecrementDesiredCapacity } = z
      .object({ InstanceId: z.string(), ShouldDecrementDesiredCapacity: flag })
      .parse(input);
    const AutoScalingGroupName = scaling.member(InstanceId).group.name;
    await scaling.terminate(InstanceId, { decrement: ShouldDecrementDesiredCapacity });
    const now = new Date();
    return {
      Activity: {
        ActivityId: randomUUID(),
        AutoScalingGroupName,
        Description: `Terminating EC2 instance: ${InstanceId}`,
        Cause: `At ${now.toISOString()} instance ${InstanceId} was taken out of service in response to a user request.`,
        StartTime: now,
        StatusCode: "InProgress",
        Progress: 0,
      },
    };
  },

  SetInstanceHealth: async (input, { scaling }) => {
    const { InstanceId, HealthStatus, ShouldRespectGracePeriod } = z
      .object({
        InstanceId: z.string(),
        HealthStatus: z.enum(["Healthy", "Unhealthy"]),
        ShouldRespectGracePeriod: flag.default(true),
      })
      .parse(input);
    const instance = scaling.member(InstanceId);
    if (HealthStatus === "Healthy") return {};
    const { HealthCheckGracePeriod = 0 } = await scaling.group(instance.group.name);
    const graceEnds = (instance.inServiceSince ?? Infinity) + HealthCheckGracePeriod * 1000;
    if (!ShouldRespectGracePeriod || Date.now() >= graceEnds) await scaling.replaceUnhealthy(InstanceId);
    return {};
  },

  SetInstanceProtection: (input, { scaling }) => {
    const { InstanceIds } = z.object({ InstanceIds: z.array(z.string()) }).parse(input);
    for (const id of InstanceIds) {
      if (scaling.member(id).lifecycle === "InService") continue;
      throw new AwsRefusal("ValidationError", `The instance ${id} is not in InService or EnteringStandby or Standby.`);
    }
    return Promise.resolve(undefined);
  },

  CompleteLifecycleAction: (input, { scaling }) => {
    const result = z.object({ LifecycleActionResult: z.enum(["CONTINUE", "ABANDON"]) });
    const { LifecycleActionResult: answer, ...request } = lifecycleAction.extend(result.shape).parse(input);
    return Promise.resolve(
      answerHook(request, scaling, (wait) =>
        wait.complete(request.LifecycleHookName, answer, request.LifecycleActionToken),
      ),
    );
  },

  RecordLifecycleActionHeartbeat: (input, { scaling }) => {
    const request = lifecycleAction.parse(input);
    return Promise.resolve(
      answerHook(request, scaling, (wait) => wait.heartbeat(request.LifecycleHookName, request.LifecycleActionToken)),
    );
  },

  StartInstanceRefresh: async (input, { scaling, refreshes }) => {
    const request = group
      .extend({ Strategy: z.literal("Rolling").default("Rolling"), Preferences: preferences.prefault({}) })
      .loose()
      .parse(input);
    if ("DesiredConfiguration" in request) {
      throw new AwsRefusal("ValidationError", "a rehearsal ignores DesiredConfiguration: update the group first");
    }
    const { AutoScalingGroupName, Preferences } = request;
    const { HealthCheckGracePeriod = 0 } = await scaling.group(AutoScalingGroupName);
    const { InstanceWarmup = HealthCheckGracePeriod } = Preferences;
    const id = await refreshes.start(AutoScalingGroupName, { ...Preferences, InstanceWarmup });
    return { InstanceRefreshId: id };
  },

  CancelInstanceRefresh: async (input, { refreshes }) => {
    return { InstanceRefreshId: await refreshes.cancel(group.parse(input).AutoScalingGroupName) };
  },

  DescribeInstanceRefreshes: (input, { refreshes }) => {
    const { AutoScalingGroupName, InstanceRefreshIds, MaxRecords } = group
      .extend({ InstanceRefreshIds: z.array(z.string()).optional(), MaxRecords: count.optional() })
      .parse(input);
    const found = refreshes.describe(AutoScalingGroupName, InstanceRefreshIds);
    return Promise.resolve({ InstanceRefreshes: found.slice(0, MaxRecords) });
  },
};

function answerHook(
  { InstanceId, LifecycleActionToken, LifecycleHookName, AutoScalingGroupName }: z.infer<typeof lifecycleAction>,
  scaling: AutoScaling,
  answer: (wait: HookWait) => boolean,
): object {
  if (scaling.hookWaits(AutoScalingGroupName, InstanceId).some(answer)) return {};
  const which = InstanceId === undefined ? `token ${LifecycleActionToken ?? ""}` : `instance ID ${InstanceId}`;
  const message = `No active Lifecycle Action found with ${which} and hook ${LifecycleHookName}`;
  throw new AwsRefusal("ValidationError", message);
}
