/** Next step of an instance refresh. Pure. */
import type { LifecycleState } from "../ec2/instance";

/** Preferences of StartInstanceRefresh. */
export interface RefreshPreferences {
  /** Percent of the desired capacity that stays in service. Default: 90. */
  readonly MinHealthyPercentage: number;
  /**
   * Percent of the desired capacity that may run. If the two percentages leave no room for a replacement, the group starts one
   * instance beyond them first. Default: the group never exceeds its desired capacity, and ends one instance first.
   */
  readonly MaxHealthyPercentage?: number | undefined;
  /** Seconds in service until a new instance counts. Default: the group's health check grace period. */
  readonly InstanceWarmup: number;
  /** Keeps instances of the group's current version. Default: false. */
  readonly SkipMatching: boolean;
  /** Treatment of instances that are protected from scale-in. Default: wait. */
  readonly ScaleInProtectedInstances: "Refresh" | "Ignore" | "Wait";
}

export type RefreshStatus = "Pending" | "InProgress" | "Successful" | "Failed" | "Cancelling" | "Cancelled";

/** Instance of the group, including terminating ones. */
export interface RefreshedInstance {
  readonly id: string;
  readonly lifecycle: LifecycleState;
  /** Version of its launch template. */
  readonly version: string;
  readonly protected: boolean;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly inServiceSince?: number;
}

export interface RefreshedGroup {
  readonly desired: number;
  /** Launch template version of new instances. */
  readonly version: string;
  readonly instances: readonly RefreshedInstance[];
}

export interface RefreshState {
  readonly preferences: RefreshPreferences;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Number of instances to replace at the start. */
  readonly toReplace: number;
}

export interface RefreshStep {
  /** Instances to terminate and replace now. */
  readonly terminate: readonly string[];
  /** Number of instances to launch beyond the desired capacity. */
  readonly launch: number;
  /** Number of instances still to replace. */
  readonly remaining: number;
  readonly status: "InProgress" | "Successful" | "Failed";
  readonly reason?: string;
}

/** Time that a refresh waits for protected instances. */
const protectedTimeoutMs = 3600 * 1000;

/** Instances that a refresh replaces. */
export function outdated(
  { version, instances }: RefreshedGroup,
  { SkipMatching, ScaleInProtectedInstances }: RefreshPreferences,
  startedAt: number,
): RefreshedInstance[] {
  return instances
    .filter(({ lifecycle }) => !isTerminating(lifecycle))
    .filter(({ launchedAt }) => launchedAt <= startedAt)
    .filter((instance) => !(SkipMatching && instance.version === version))
    .filter((instance) => !(ScaleInProtectedInstances === "Ignore" && instance.protected));
}

export function isTerminating(lifecycle: LifecycleState): boolean {
  return lifecycle.startsWith("Terminat");
}

export function nextStep(state: RefreshState, group: RefreshedGroup, now: number): RefreshStep {
  const { preferences, startedAt } = state;
  const old = outdated(group, preferences, startedAt);
  const staying = group.instances.filter(({ lifecycle }) => !isTerminating(lifecycle));
  const settled = staying.filter((instance) => isSettled(instance, preferences, startedAt, now));
  const idle = { terminate: [], launch: 0, remaining: old.length, status: "InProgress" } as const;
  if (old.length === 0) {
    const whole = settled.length >= group.desired && staying.length <= group.desired;
    return whole ? { ...idle, status: "Successful" } : idle;
  }
  const waits = preferences.ScaleInProtectedInstances === "Wait";
  const free = old.filter((instance) => !(waits && instance.protected));
  if (free.length === 0) {
    const reason = `${old.length} instances are protected from scale-in`;
    return now - startedAt > protectedTimeoutMs ? { ...idle, status: "Failed", reason } : { ...idle, reason };
  }
  const { least, most } = bounds(group.desired, preferences);
  const launch = Math.max(0, Math.min(most - staying.length, free.length - surplus(staying, group)));
  // Instances that are not in service are missing already, so replacing them costs nothing.
  const idleOld = free.filter(({ lifecycle }) => lifecycle !== "InService");
  const serving = free.filter(({ lifecycle }) => lifecycle === "InService");
  const terminate = [...idleOld, ...serving.slice(0, Math.max(0, settled.length - least))];
  return { ...idle, launch, terminate: terminate.map(({ id }) => id) };
}

/** In service, and warmed up if new. */
function isSettled(
  { lifecycle, launchedAt, inServiceSince = Infinity }: RefreshedInstance,
  { InstanceWarmup }: RefreshPreferences,
  startedAt: number,
  now: number,
): boolean {
  return lifecycle === "InService" && (launchedAt <= startedAt || now - inServiceSince >= InstanceWarmup * 1000);
}

function surplus(staying: readonly RefreshedInstance[], { desired }: RefreshedGroup): number {
  return Math.max(0, staying.length - desired);
}

/**
 * Minimum number of instances in service and maximum number of instances, both rounded up. At least one instance is always
 * replaceable (AWS's API reference, RefreshPreferences, `MaxHealthyPercentage`).
 */
function bounds(
  desired: number,
  { MinHealthyPercentage, MaxHealthyPercentage }: RefreshPreferences,
): { least: number; most: number } {
  const least = Math.ceil((desired * MinHealthyPercentage) / 100);
  if (MaxHealthyPercentage === undefined) return { least: Math.min(least, desired - 1), most: desired };
  const most = Math.ceil((desired * MaxHealthyPercentage) / 100);
  return { least, most: Math.max(most, least + 1) };
}

/** Completed percentage of a refresh, rounded down. */
export function percentageComplete({ toReplace }: RefreshState, remaining: number): number {
  return toReplace === 0 ? 100 : Math.floor((100 * Math.max(0, toReplace - remaining)) / toReplace);
}
