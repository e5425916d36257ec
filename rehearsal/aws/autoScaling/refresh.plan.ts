/** What an instance refresh does next, by the preferences that it was started with. Pure. */
import type { LifecycleState } from "../ec2/instance";

/** As StartInstanceRefresh takes them; defaults are Auto Scaling's. */
export interface RefreshPreferences {
  /** Percent of the desired capacity that stays in service. Default 90. */
  readonly minHealthyPercentage: number;
  /** Percent of the desired capacity that there may be while new instances come before old ones go. Default 100. */
  readonly maxHealthyPercentage: number;
  /** Seconds in service after which a new instance counts. Default: the group's health check grace period. */
  readonly instanceWarmup: number;
  /** Leaves instances that are what the group wants. Default true where the API is asked for it by a console, here false. */
  readonly skipMatching: boolean;
  /** What becomes of instances that are protected from scale-in. */
  readonly scaleInProtectedInstances: "Refresh" | "Ignore" | "Wait";
}

export type RefreshStatus = "Pending" | "InProgress" | "Successful" | "Failed" | "Cancelling" | "Cancelled";

/** One instance of the group, terminating ones among them. */
export interface RefreshedInstance {
  readonly id: string;
  readonly lifecycle: LifecycleState;
  /** Version of the launch template that it was started from. */
  readonly version: string;
  readonly protected: boolean;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly inServiceSince?: number;
}

export interface RefreshedGroup {
  readonly desired: number;
  /** Version that new instances are started from. */
  readonly version: string;
  readonly instances: readonly RefreshedInstance[];
}

export interface RefreshState {
  readonly preferences: RefreshPreferences;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Instances that it found, and that its percentage counts. */
  readonly toReplace: number;
}

export interface RefreshStep {
  /** Instances to end now, each with another in its place. */
  readonly terminate: readonly string[];
  /** Instances to start beyond the desired capacity. */
  readonly launch: number;
  /** Instances that are still to be replaced. */
  readonly remaining: number;
  readonly status: "InProgress" | "Successful" | "Failed";
  readonly reason?: string;
}

/** How long a refresh waits for instances that are protected. */
const protectedPatienceMs = 3600 * 1000;

/** Instances that a refresh means, at its beginning or later. */
export function outdated(
  { version, instances }: RefreshedGroup,
  { skipMatching, scaleInProtectedInstances }: RefreshPreferences,
  startedAt: number,
): RefreshedInstance[] {
  return instances
    .filter(({ lifecycle }) => !isTerminating(lifecycle))
    .filter(({ launchedAt }) => launchedAt <= startedAt)
    .filter((instance) => !(skipMatching && instance.version === version))
    .filter((instance) => !(scaleInProtectedInstances === "Ignore" && instance.protected));
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
  const waits = preferences.scaleInProtectedInstances === "Wait";
  const free = old.filter((instance) => !(waits && instance.protected));
  if (free.length === 0) {
    const reason = `${old.length} instances are protected from scale-in`;
    return now - startedAt > protectedPatienceMs ? { ...idle, status: "Failed", reason } : { ...idle, reason };
  }
  const { least, most } = bounds(group.desired, preferences);
  const launch = Math.max(0, Math.min(most - staying.length, free.length - surplus(staying, group)));
  // whoever is not in service is missing already: nothing is lost with it
  const idleOld = free.filter(({ lifecycle }) => lifecycle !== "InService");
  const serving = free.filter(({ lifecycle }) => lifecycle === "InService");
  const terminate = [...idleOld, ...serving.slice(0, Math.max(0, settled.length - least))];
  return { ...idle, launch, terminate: terminate.map(({ id }) => id) };
}

/** In service, and no longer new. */
function isSettled(
  { lifecycle, launchedAt, inServiceSince = Infinity }: RefreshedInstance,
  { instanceWarmup }: RefreshPreferences,
  startedAt: number,
  now: number,
): boolean {
  return lifecycle === "InService" && (launchedAt <= startedAt || now - inServiceSince >= instanceWarmup * 1000);
}

function surplus(staying: readonly RefreshedInstance[], { desired }: RefreshedGroup): number {
  return Math.max(0, staying.length - desired);
}

/**
 * Instances that stay in service, and that there may be. The least is rounded up, but one at a time is always replaced: with
 * room above the desired capacity a new one comes first, without it an old one goes first.
 */
function bounds(
  desired: number,
  { minHealthyPercentage, maxHealthyPercentage }: RefreshPreferences,
): { least: number; most: number } {
  const most = Math.max(desired, Math.ceil((desired * maxHealthyPercentage) / 100));
  const least = Math.ceil((desired * minHealthyPercentage) / 100);
  return { most, least: most > desired ? least : Math.min(least, desired - 1) };
}

/** Percent of a refresh that is done, rounded down. */
export function percentageComplete({ toReplace }: RefreshState, remaining: number): number {
  return toReplace === 0 ? 100 : Math.floor((100 * Math.max(0, toReplace - remaining)) / toReplace);
}
