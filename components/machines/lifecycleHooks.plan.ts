/**
 * Lifecycle hooks and instance refreshes of all Auto Scaling groups. The machines' half is in components/node/files.
 *
 * Members are replaced one after another, and only while every other member is healthy. The machines decide the order:
 * `pulumi up` changes the launch templates of all groups within seconds, all groups start their instance refreshes together (at
 * once, or in the next window of components/maintenance), and Auto Scaling knows nothing of the other groups. Waiting between the
 * groups in the program would also make the first boot serial, which cannot work: no member is healthy before a majority has booted.
 *
 * 1. A healthy member protects its instance from scale-in, and the refresh waits for protected instances (for one hour, then
 *    it fails and the instance stays). The wait must come before termination: Auto Scaling deregisters a terminating instance
 *    from its target groups before the hook starts, so members that queue up in their hooks would all leave the load balancer.
 * 2. A member that finds a refresh of its group takes the cluster's lock, tries the new configuration (control plane only), checks
 *    that all other members are healthy, removes its protection, and keeps the lock until it is gone. A replacement that does not become healthy stops the rollout: no
 *    other member removes its protection. The unhealthy replacement is unprotected, so that the next template replaces it.
 * 3. Auto Scaling terminates the instance; its termination hook gives it time to drain pods and unmount the volume.
 *
 * Scale-in protection does not prevent replacement after a failed health check or termination by a person.
 *
 * Workers are replaced several at a time. Auto Scaling counts an instance as in service as soon as it runs, so that a bad
 * template would replace a whole pool. The launch hook holds a new worker in `Pending:Wait` until it reports that it joined.
 * A worker that does not join is terminated, the capacity of the rollout stays missing, and the rollout stops there.
 */

import type { ClusterSpec } from "../clusterSpec";

/**
 * Holds a terminating member until it has left in order. A live member that needs longer sends heartbeats, each of which
 * restarts the timeout (up to 100 times); a member without heartbeats is dead, and waiting for it only delays its replacement.
 * Both results terminate the instance.
 */
export const memberTerminationHook = {
  name: "holdfast-member-termination",
  lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  /** Seconds. */
  heartbeatTimeout: 120,
  defaultResult: "CONTINUE",
} as const;

/** Holds a new worker until it has joined the cluster; Auto Scaling terminates a worker that does not. */
export const workerLaunchHook = {
  name: "holdfast-worker-launch",
  lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
  /** Seconds. A worker joins in one or two minutes, but at the first `pulumi up` it waits for the control plane. */
  heartbeatTimeout: 1800,
  defaultResult: "ABANDON",
} as const;

/** Name of the drain hook; the Node Termination Handler's queue receives events of this hook only. */
export const drainHookName = "holdfast-drain";

/**
 * Holds a terminating worker until the Node Termination Handler has drained it; without the handler, it delays the
 * termination by its timeout.
 */
export function drainHook(timeoutSeconds: number) {
  return {
    name: drainHookName,
    lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    heartbeatTimeout: timeoutSeconds,
    defaultResult: "CONTINUE",
  } as const;
}

/** Instance refresh of a member's group: the old instance goes first, because the new one needs its volume and DNS name. */
export const memberRefresh = {
  strategy: "Rolling",
  preferences: {
    minHealthyPercentage: 0,
    maxHealthyPercentage: 100,
    scaleInProtectedInstances: "Wait",
    // Keeps an instance that already has the current template.
    skipMatching: true,
    // Seconds. Only the result of the refresh depends on it, not when the next member is replaced.
    instanceWarmup: "180",
    // A refresh that waits for other members fails after an hour, and a rollback would then undo a correct change.
    autoRollback: false,
  },
} as const;

/** Percentages of a group's desired capacity: fewest instances in service, and most instances. */
export interface HealthyShare {
  /** 0 to 100. */
  readonly min: number;
  /** 100 to 200. */
  readonly max: number;
}

/** Instance refresh of a worker pool's group. */
export function poolRefresh(healthy: HealthyShare) {
  return {
    strategy: "Rolling",
    preferences: {
      minHealthyPercentage: healthy.min,
      maxHealthyPercentage: healthy.max,
      // Seconds. An instance in service is a Ready node already (launch hook); the time is for the pods of DaemonSets.
      instanceWarmup: "15",
      skipMatching: true,
    },
  };
}

/** Instance refresh of a group. */
export type InstanceRefresh = typeof memberRefresh | ReturnType<typeof poolRefresh>;

/** Argument of a group whose rollout starts with the update; none with maintenance windows, whose schedules start it. */
export function startedByUpdate(
  { maintenance }: Pick<ClusterSpec, "maintenance">,
  instanceRefresh: InstanceRefresh,
): { readonly instanceRefresh?: InstanceRefresh } {
  return maintenance.windows.length === 0 ? { instanceRefresh } : {};
}

/**
 * Replacement of a worker pool's instances by age; nothing without a maximum age. Without the maintenance policy, Auto Scaling
 * would terminate each instance before it launches the new one.
 *
 * Members have no maximum age: Auto Scaling replaces only unprotected instances by age, and a healthy member is protected. The
 * instances that it would replace are those that are not healthy, whatever the state of the other members.
 * @param healthy the same percentages as in an instance refresh.
 */
export function replacementByAge({ maxInstanceLifetime, healthy }: AgeLimit) {
  if (maxInstanceLifetime === undefined) return {};
  return {
    maxInstanceLifetime,
    instanceMaintenancePolicy: { minHealthyPercentage: healthy.min, maxHealthyPercentage: healthy.max },
  };
}

interface AgeLimit {
  /** Seconds. */
  readonly maxInstanceLifetime?: number | undefined;
  readonly healthy: HealthyShare;
}
