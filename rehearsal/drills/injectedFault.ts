/** Injection of a drill's fault, and recovery from it. */
import { messageOf } from "../../cli/program";
import type { Check, Drill, DrillContext } from "./drill";
import { waitForFullStrength } from "./fullStrength";
import type { LoadedPool } from "./load/loadedPool";
import type { RehearsedCluster } from "./rehearsedCluster";
import type { RestorePoint } from "./writes";

export interface InjectionOptions {
  readonly cluster: RehearsedCluster;
  /** Required by drills under request load. */
  readonly pool?: LoadedPool | undefined;
  /** Time in ms from the end of the fault in which the cluster must be at full strength. */
  readonly timeoutMs: number;
  /** Receives a restore before it starts. */
  readonly announceRestore: DrillContext["announceRestore"];
  readonly log: (text: string) => void;
}

/** Times in ms since the epoch. */
export interface FaultTimes {
  readonly faultBegan: number;
  readonly faultEnded: number;
  /** Absent if full strength was not reached. */
  readonly fullStrengthAt?: number | undefined;
}

/** Fault that has ended, in a cluster that is at full strength again unless a problem says otherwise. */
export interface InjectedFault {
  readonly times: FaultTimes;
  readonly restored?: RestorePoint | undefined;
  /** Errors of the drill's steps. */
  readonly problems: string[];
  /** Runs the drill's check, if the cluster is at full strength, and its cleanups; adds their errors to the problems. */
  readonly finish: () => Promise<void>;
}

/** Adds an error of the work to the problems. */
export async function attemptTo(work: () => Promise<void>, problems: string[]): Promise<void> {
  await work().catch((error: unknown) => problems.push(messageOf(error)));
}

/** Injects the fault of a drill and waits for full strength. Rejects never: errors are problems. */
export async function injectFault(
  drill: Drill,
  { cluster, pool, timeoutMs, announceRestore, log }: InjectionOptions,
): Promise<InjectedFault> {
  const problems: string[] = [];
  const cleanups: Check[] = [];
  const started = Date.now();
  let faultBegan: number | undefined;
  let faultEnded: number | undefined;
  let fullStrengthAt: number | undefined;
  let restored: RestorePoint | undefined;
  let check: Check | undefined;
  const context: DrillContext = {
    cluster,
    log,
    faultBegins: () => (faultBegan = Date.now()),
    faultEnds: () => (faultEnded = Date.now()),
    addCleanup: (cleanup) => cleanups.unshift(cleanup),
    announceRestore: (to, backup) => {
      restored = to;
      announceRestore(to, backup);
    },
  };
  await attemptTo(async () => {
    check = (await inject(drill, context, pool)) ?? undefined;
  }, problems);
  const times = { faultBegan: faultBegan ?? started, faultEnded: faultEnded ?? Date.now() };
  await attemptTo(async () => {
    fullStrengthAt = await waitForFullStrength(cluster, timeoutMs);
  }, problems);
  return {
    times: { ...times, fullStrengthAt },
    restored,
    problems,
    finish: async () => {
      if (fullStrengthAt !== undefined && check !== undefined) await attemptTo(check, problems);
      for (const cleanup of cleanups) await attemptTo(cleanup, problems);
    },
  };
}

function inject(drill: Drill, context: DrillContext, pool: LoadedPool | undefined): ReturnType<Drill["inject"]> {
  if (drill.load === undefined) return drill.inject(context);
  if (pool === undefined) throw new Error(`${drill.name} needs request load`);
  return drill.inject({ ...context, pool });
}
