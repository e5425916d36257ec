/**
 * Schedules of EventBridge Scheduler that start the rollouts in the maintenance windows, and the permissions of their role.
 *
 * Each schedule calls StartInstanceRefresh for one group. A group whose instances all have its launch template replaces nothing.
 * Members wait for each other as in a rollout that an update starts (components/machines/lifecycleHooks.plan.ts).
 */

import { allow } from "../machines/iamStatements.plan";
import type { IamStatement } from "../machines/iamStatements.plan";
import { clusterTag } from "../aws/tags.plan";
import type { MachineRole } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import { memberGroupNames } from "../machines/autoScalingGroup.plan";
import { memberRefresh, poolRefresh } from "../machines/lifecycleHooks.plan";
import type { InstanceRefresh } from "../machines/lifecycleHooks.plan";
import { groupsOf, healthyShare } from "../workers/pools.plan";
import { cronExpression, describeWindow, windowName } from "./windows.plan";

/** Target that calls an operation of Auto Scaling with the schedule's input (EventBridge Scheduler user guide, universal targets). */
export const startRefreshTarget = (partition: string): string =>
  `arn:${partition}:scheduler:::aws-sdk:autoscaling:startInstanceRefresh`;

/** Schedule that starts the rollout of one group in one window. */
export interface RolloutSchedule {
  /** Group without the cluster's name, and window: `worker-general-sat-0200`. At most 64 characters, the limit of AWS. */
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  /** Request of StartInstanceRefresh, as JSON. */
  readonly input: string;
  /** Seconds within which AWS tries again if it could not start the rollout. */
  readonly maximumEventAge: number;
}

/** Schedules of all groups and windows; none without a window. */
export function planRolloutSchedules(spec: ClusterSpec): readonly RolloutSchedule[] {
  return spec.maintenance.windows.flatMap((window) =>
    refreshedGroups(spec).map(({ group, refresh }) => ({
      name: `${group.slice(spec.name.length + 1)}-${windowName(window)}`,
      description: `Rollout of ${group}: ${describeWindow(window)}`,
      expression: cronExpression(window),
      input: JSON.stringify(startRefreshRequest(group, refresh)),
      maximumEventAge: window.hours * 3600,
    })),
  );
}

/** All Auto Scaling groups of a cluster with their instance refreshes. */
function refreshedGroups(spec: ClusterSpec): readonly { readonly group: string; readonly refresh: InstanceRefresh }[] {
  return [
    ...memberGroupNames(spec).map((group) => ({ group, refresh: memberRefresh })),
    ...Object.entries(spec.workers).flatMap(([name, pool]) =>
      groupsOf(spec, name).map(({ groupName }) => ({ group: groupName, refresh: poolRefresh(healthyShare(pool)) })),
    ),
  ];
}

/** Defaults of the Pulumi resource. Those of the API would let a refresh wait an hour for an instance, and then fail. */
const resourceDefaults = { scaleInProtectedInstances: "Ignore", standbyInstances: "Ignore" } as const;

/** Request with the names and types of the API; the arguments of the Pulumi resource have others. */
function startRefreshRequest(AutoScalingGroupName: string, { strategy, preferences }: InstanceRefresh): object {
  const instanceWarmup = Number(preferences.instanceWarmup);
  const named = Object.entries({ ...resourceDefaults, ...preferences, instanceWarmup }).map(
    ([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value] as const,
  );
  return { AutoScalingGroupName, Strategy: strategy, Preferences: Object.fromEntries(named) };
}

/** Roles of the machines that a cluster has groups of. */
const rolesOf = ({ etcd }: ClusterSpec): readonly MachineRole[] =>
  etcd.topology === "external" ? ["control-plane", "etcd", "worker"] : ["control-plane", "worker"];

/** Permission to start rollouts of the cluster's groups, and no others. @param arn ARN of a resource of Auto Scaling */
export function rolloutStatement(spec: ClusterSpec, arn: (resource: string) => string): IamStatement {
  const groups = rolesOf(spec).map((role) => arn(`autoScalingGroup:*:autoScalingGroupName/${spec.name}-${role}-*`));
  return allow("StartRollouts", ["autoscaling:StartInstanceRefresh"], groups, {
    StringEquals: { [`aws:ResourceTag/${clusterTag}`]: spec.name },
  });
}
