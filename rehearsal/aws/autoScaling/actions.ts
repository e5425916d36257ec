/** Auto Scaling's actions that moto has not, or has without an instance's life. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { AwsCall } from "../api/awsCall";
import type { AutoScaling } from "./autoScaling";
import type { HookWait } from "./hookWait";
import { structureOf } from "../api/queryProtocol";
import type { Refreshes } from "./refreshes";
import { AwsRefusal } from "../api/awsRefusal";

/** Result of an action, by its members' names; undefined: moto answers. */
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
    MaxHealthyPercentage: count.min(100).max(200).default(100),
    InstanceWarmup: count.optional(),
    SkipMatching: flag.default(false),
    ScaleInProtectedInstances: z.enum(["Refresh", "Ignore", "Wait"]).default("Ignore"),
    AutoRollback: flag.default(false),
  })
  .strict()
  .refine(({ MinHealthyPercentage: min, MaxHealthyPercentage: max }) => max - min <= 100, {
    message: "The difference between MinHealthyPercentage and MaxHealthyPercentage can not be greater than 100",
  });

/** Answers an action. @throws AwsRefusal */
export async function runAutoScalingAction({ action, form }: AwsCall, services: Services): Promise<object | undefined> {
  const act = actions[action];
  if (act === undefined) return undefined;
  const parameters = structureOf(form);
  try {
    return await act(parameters, services);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const problems = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new AwsRefusal("ValidationError", problems.join("; "));
  }
}

const actions: Readonly<Record<string, Action>> = {
  DescribeAutoScalingGroups: async (input, { scaling }) => {
    const filter = z.object({ Name: z.string(), Values: z.array(z.string()) });
    const asked = z
      .object({
        AutoScalingGroupNames: z.array(z.string()).optional(),
        Filters: z.array(filter).optional(),
        MaxRecords: count.optional(),
        NextToken: z.string().optional(),
      })
      .parse(input);
    return scaling.describeGroups(asked);
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
    const asked = group.extend(z.object(numbers).partial().shape).loose().parse(input);
    // all other members are texts and structures of texts, which the client writes as they are
    await scaling.update(asked);
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
    const { LifecycleActionResult: answer, ...asked } = lifecycleAction.extend(result.shape).parse(input);
    return Promise.resolve(
      lifecycleAnswer(asked, scaling, (hold) =>
        hold.complete(asked.LifecycleHookName, answer, asked.LifecycleActionToken),
      ),
    );
  },

  RecordLifecycleActionHeartbeat: (input, { scaling }) => {
    const asked = lifecycleAction.parse(input);
    return Promise.resolve(
      lifecycleAnswer(asked, scaling, (hold) => hold.heartbeat(asked.LifecycleHookName, asked.LifecycleActionToken)),
    );
  },

  StartInstanceRefresh: async (input, { scaling, refreshes }) => {
    const asked = group
      .extend({ Strategy: z.literal("Rolling").default("Rolling"), Preferences: preferences.prefault({}) })
      .loose()
      .parse(input);
    if ("DesiredConfiguration" in asked) {
      throw new AwsRefusal(
        "ValidationError",
        "a rehearsed refresh takes the group's own configuration: update it first",
      );
    }
    const { AutoScalingGroupName, Preferences } = asked;
    const { HealthCheckGracePeriod = 0 } = await scaling.group(AutoScalingGroupName);
    const id = await refreshes.start(AutoScalingGroupName, {
      minHealthyPercentage: Preferences.MinHealthyPercentage,
      maxHealthyPercentage: Preferences.MaxHealthyPercentage,
      instanceWarmup: Preferences.InstanceWarmup ?? HealthCheckGracePeriod,
      skipMatching: Preferences.SkipMatching,
      scaleInProtectedInstances: Preferences.ScaleInProtectedInstances,
    });
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

type LifecycleAnswer = z.infer<typeof lifecycleAction>;

function lifecycleAnswer(
  { InstanceId, LifecycleActionToken, LifecycleHookName, AutoScalingGroupName }: LifecycleAnswer,
  scaling: AutoScaling,
  tell: (hold: HookWait) => boolean,
): object {
  const holds = scaling.holds(AutoScalingGroupName, InstanceId);
  if (holds.some((hold) => tell(hold))) return {};
  const which = InstanceId === undefined ? `token ${LifecycleActionToken ?? ""}` : `instance ID ${InstanceId}`;
  throw new AwsRefusal(
    "ValidationError",
    `No active Lifecycle Action found with ${which} and hook ${LifecycleHookName}`,
  );
}
