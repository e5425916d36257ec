import { kernelProblems } from "../../../components/addons/nodeProblemDetector/problems.plan";
import type { WorkerReplacementRules } from "../../../components/addons/nodeProblemDetector/workerReplacement.plan";
import { readCallsSince } from "../aws";
import type { Drill, DrillContext } from "../drill";
import { elapsed, formatSeconds } from "../durations";
import { growPool, listPoolInstances, requireCompleteDrain, shrinkPool, waitForRemoval } from "../pool";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import { reportCondition } from "../standIns/problemDetector";
import { TerminationHandler } from "../standIns/terminationHandler";
import {
  fetchReplacementRules,
  msSinceLastReplacement,
  readReplacementLog,
  replacementIntervalMs,
  runReplacement,
  waitForReplacementRuns,
} from "../workerReplacement";
import { Workload } from "../workload";

/** Size of the pool during the drill; all machines but one run a pod that needs more than half of a machine. */
const workers = 3;
const pods = workers - 1;

const condition = "ReadonlyFilesystem";
const line = "EXT4-fs (nvme0n1p1): Remounting filesystem read-only";
const label = "holdfast.dev/replacement";

/** Duration in ms of a drain of pods with a grace period of 30 s, and of a boot until the node is Ready. */
const drainMs = 30_000;
const bootMs = 120_000;

/** Minimum duration in ms of the condition before a replacement. */
function requiredMs({ conditions }: WorkerReplacementRules): number {
  const rule = conditions.find(({ type }) => type === condition);
  if (rule === undefined) throw new Error(`this stack does not replace workers with condition ${condition}`);
  return rule.seconds * 1000;
}

export const brokenNode: Drill = {
  name: "broken-node",
  description:
    "the file systems of two workers become read-only: the one with the label `holdfast.dev/replacement=off` is never replaced, and " +
    "the other one not while both are unhealthy; once it is the only unhealthy worker, the control plane drains and replaces it",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: replacementIntervalMs + drainMs + bootMs, lost: "none" },
  members: 1,
  async inject(context) {
    const { cluster, faultBegins, faultEnds, log } = context;
    const rules = await fetchReplacementRules(cluster);
    const { handler, workload, loaded } = await prepare(context, rules);
    const [optedOut = "", broken = ""] = loaded;
    const since = new Date(Date.now() - requiredMs(rules) - 60_000);
    await cluster.kubectl("label", "node", optedOut, `${label}=off`, "--overwrite");
    context.addCleanup(() => restoreNode(cluster, optedOut));
    await runReplacement(cluster);
    const others = new Set(cluster.status.machines.map(({ id }) => id).filter((id) => id !== broken));

    faultBegins();
    const began = Date.now();
    await reportCondition(cluster, optedOut, readOnlyProblem(), { line, since });
    await waitForReplacementRuns(cluster);
    requireNoReplacement(cluster, began);
    log(`${optedOut} is unhealthy with label ${label}=off: not replaced after ${elapsed(began)}`);

    const second = Date.now();
    await reportCondition(cluster, broken, readOnlyProblem(), { line, since });
    await waitForReplacementRuns(cluster);
    requireNoReplacement(cluster, began);
    const all = cluster.workerMachines.length;
    const [paused] = await readReplacementLog(cluster, `2 of ${all} workers are unhealthy`, second);
    if (paused === undefined) throw new Error(`no member reported pausing replacement with 2 of ${all} unhealthy`);
    log(`a member's journal with ${broken} also unhealthy: ${paused}`);

    await reportCondition(cluster, optedOut, readOnlyProblem(), { since: new Date() });
    faultEnds();
    const due = Date.now();
    await waitUntil("a SetInstanceHealth call", replacementIntervalMs + 15_000, () =>
      Promise.resolve(healthCalls(cluster, began).length > 0),
    );
    log(`${broken} was marked unhealthy ${elapsed(due)} after it was the only one`);
    await waitForRemoval(cluster, broken, 240_000);
    const drain = requireCompleteDrain(handler.drains, broken);
    log(`${drain.pods} pods evicted in ${formatSeconds(drain.durationMs)}, the machine was gone after ${elapsed(due)}`);
    await workload.waitForReadyPods(pods, 120_000);
    return () => checkReplacement({ cluster, workload, handler, others, broken, began });
  },
};

function readOnlyProblem() {
  const found = kernelProblems.find((problem) => problem.condition === condition);
  if (found === undefined) throw new Error(`the detector has no condition ${condition}`);
  return found;
}

/** Grows the pool and starts its pods, after the pause since the last replacement. */
async function prepare({ cluster, addCleanup, log }: DrillContext, { pauseSeconds }: WorkerReplacementRules) {
  const pause = pauseSeconds * 1000;
  const remaining = pause - (await msSinceLastReplacement(cluster));
  if (remaining > 0) log(`waiting ${formatSeconds(remaining, 0)}, the pause after the previous replacement`);
  await waitUntil("the end of the pause", pause + 15_000, async () => (await msSinceLastReplacement(cluster)) > pause);
  const handler = await TerminationHandler.require(cluster);
  addCleanup(() => handler.stop());
  addCleanup(() => shrinkPool(cluster));
  const pool = await growPool(cluster, workers);
  const workload = await Workload.start(cluster, pods);
  addCleanup(() => workload.stop());
  const loads = await Promise.all(pool.map(async (id) => ({ id, pods: await workload.listPodsOn(id) })));
  const loaded = loads.filter(({ pods }) => pods.length > 0).map(({ id }) => id);
  if (loaded.length !== pods) throw new Error(`${loaded.length} workers have a pod, expected ${pods}`);
  return { handler, workload, loaded };
}

const healthCalls = (cluster: RehearsedCluster, since: number) => readCallsSince(cluster, "SetInstanceHealth", since);

function requireNoReplacement(cluster: RehearsedCluster, since: number): void {
  if (healthCalls(cluster, since).length > 0) throw new Error("a machine was marked unhealthy too early");
}

/** Removes the condition and the label. */
async function restoreNode(cluster: RehearsedCluster, node: string): Promise<void> {
  if (!(await cluster.nodeNames()).includes(node)) return;
  await reportCondition(cluster, node, readOnlyProblem(), { since: new Date() });
  await cluster.kubectl("label", "node", node, `${label}-`);
}

interface Replacement {
  readonly cluster: RehearsedCluster;
  readonly workload: Workload;
  readonly handler: TerminationHandler;
  /** Ids of all machines except the broken one. */
  readonly others: ReadonlySet<string>;
  readonly broken: string;
  readonly began: number;
}

/** @throws unless exactly one machine was replaced, with one call, and the pods run. */
async function checkReplacement({ cluster, workload, handler, others, broken, began }: Replacement): Promise<void> {
  const { machines } = await cluster.refresh();
  const kept = machines.filter(({ id }) => others.has(id));
  const pool = listPoolInstances(cluster);
  if (kept.length !== others.size || pool.length !== workers)
    throw new Error(`${kept.length} of ${others.size} healthy machines remain, ${pool.length} workers`);
  const calls = healthCalls(cluster, began);
  const members = new Set(cluster.controlPlaneMachines.map(({ address }) => address));
  if (calls.length !== 1 || calls.some(({ from, status }) => status !== 200 || !members.has(from)))
    throw new Error(`expected one successful SetInstanceHealth call of a member: ${JSON.stringify(calls)}`);
  const lines = await readReplacementLog(cluster, "marked unhealthy", began);
  if (lines.length !== 1 || !lines.every((text) => text.includes(`${broken} marked unhealthy: ${condition} for`)))
    throw new Error(`unexpected journal of the members: ${lines.join("; ")}`);
  // A termination causes two events: of the lifecycle hook, and of EC2.
  const drained = [...new Set(handler.drains.map(({ instance }) => instance))];
  if (drained.join() !== broken) throw new Error(`drained ${drained.join(", ")}, expected only ${broken}`);
  const counts = await Promise.all(pool.map(async (id) => (await workload.listPodsOn(id)).length));
  if (counts.reduce((sum, count) => sum + count, 0) !== pods) throw new Error("not all pods run on healthy workers");
  if (workload.minReady < pods - 1) throw new Error(`only ${workload.minReady} of ${pods} pods stayed ready`);
}
