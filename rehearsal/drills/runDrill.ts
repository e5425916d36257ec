/** Execution of a drill on a cluster, with clients throughout. */
import { setTimeout as sleep } from "node:timers/promises";
import { deniedSince } from "../aws/iam/report";
import type { Drill } from "./drill";
import { attemptTo, injectFault } from "./injectedFault";
import { waitForFullStrength } from "./fullStrength";
import { LoadedPool, type LoadMeasurements } from "./load/loadedPool";
import { describeLoad } from "./load/loadResult";
import { type HistoryVerdict, listStoredWrites, Recorder } from "./recorder";
import type { RehearsedCluster } from "./rehearsedCluster";
import { type DrillResult, evaluateDrill, type Measurements } from "./result";
import { announcedLoss } from "./writes";

/** Duration in ms of undisturbed operations before the fault and after full strength. */
export const calmMs = 3_000;
/** Timeout in ms for full strength before a drill, and beyond the limit after it, so that the figure is measured. */
export const graceMs = 300_000;

/** Number of violations of consistency in the log of a drill; its page has all. */
export const shownViolations = 20;

/** Finished drill: its result, and what it was derived from. */
export interface FinishedDrill {
  readonly result: DrillResult;
  readonly measured: Measurements;
}

/**
 * Runs a drill. The result has all problems of the cluster, and each call to AWS that IAM denied meanwhile.
 * @throws if the cluster is not at full strength before the drill.
 */
export async function runDrill(
  drill: Drill,
  cluster: RehearsedCluster,
  log: (text: string) => void,
): Promise<FinishedDrill> {
  await waitForFullStrength(cluster, graceMs);
  const { members = 3 } = drill;
  if (cluster.memberNames.length < members) throw new Error(`${drill.name} needs ${members} etcd members`);
  const access = await cluster.client.iamReport();
  const namespace = `drill-${drill.name}-${Date.now().toString(36)}`;
  const pool = drill.load === true ? await LoadedPool.start(cluster, `${namespace}-load`) : undefined;
  const recorder = await Recorder.start(cluster, namespace, drill.name);
  let load: LoadMeasurements | undefined;
  try {
    await sleep(calmMs);
    const fault = await injectFault(drill, {
      ...{ cluster, pool, log, timeoutMs: drill.limits.fullStrengthMs + graceMs },
      announceRestore: (to, backup) => {
        recorder.announceRestore(to);
        const lost = announcedLoss(recorder.writes, to).length;
        log(`restoring ${backup}: discards all writes after revision ${to.revision}, ${lost} so far`);
      },
    });
    const { problems } = fault;
    const attempt = (work: () => Promise<void>): Promise<void> => attemptTo(work, problems);
    await sleep(calmMs);
    await recorder.stop();
    let history: HistoryVerdict | undefined;
    await attempt(async () => {
      history = await recorder.check();
    });
    await attempt(async () => {
      load = await pool?.measure();
    });
    await fault.finish();
    await attempt(async () => pool?.release());
    problems.push(...deniedSince(access, await cluster.client.iamReport()));
    const stored = await listStoredWrites(recorder, problems);
    const { writes } = recorder;
    const { externalEtcd } = cluster;
    const measured = {
      ...fault.times,
      writes,
      stored,
      history,
      restored: fault.restored,
      load,
      problems,
      externalEtcd,
    };
    const result = evaluateDrill(drill, measured);
    if (result.load !== undefined) describeLoad(result.load).forEach(log);
    history?.violations.slice(0, shownViolations).forEach(log);
    return { result, measured };
  } finally {
    await recorder.stop();
    await pool?.stop();
  }
}
