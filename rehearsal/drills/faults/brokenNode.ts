import { kernelProblems } from "../../../components/addons/nodeProblemDetector/problems.plan";
import type { WorkerReplacementRules } from "../../../components/addons/nodeProblemDetector/workerReplacement.plan";
import { readCallsSince } from "../aws";
import type { Drill, DrillContext } from "../drill";
import { secondsSince } from "../durations";
import { requireCompleteDrain, growPool, listPoolInstances, shrinkPool, waitForRemoval } from "../pool";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import {
  remedyIntervalMs,
  startRemedy,
  fetchRemedyRules,
  readRemedyLog,
  msSinceLastReplacement,
  waitForRemedyRuns,
} from "../remedy";
import { report } from "../standIns/problemDetector";
import { TerminationHandler } from "../standIns/terminationHandler";
import { listEvictablePods, Workload } from "../workload";

/** Workers that the pool has meanwhile; all but one have a pod that takes more than half of a machine. */
const workers = 3;
const pods = workers - 1;

const condition = "ReadonlyFilesystem";
const line = "EXT4-fs (nvme0n1p1): Remounting filesystem read-only";
const label = "holdfast.dev/remedy";

/** Ms that a drain takes of pods that end within their half minute, and a machine from its launch until its node is Ready. */
const drainMs = 30_000;
const bootMs = 120_000;

/** Ms for which the condition has to last. */
function lastingMs({ conditions }: WorkerReplacementRules): number {
  const rule = conditions.find(({ type }) => type === condition);
  if (rule === undefined) throw new Error(`no worker is replaced for ${condition} in this stack`);
  return rule.seconds * 1000;
}

/** A worker whose disk cannot be written any more is replaced, another that somebody keeps for himself is not. */
export const brokenNode: Drill = {
  name: "broken-node",
  what:
    "a worker's file system has turned read-only: one that is labelled `holdfast.dev/remedy=off` is left alone; while another is " +
    "broken as well nobody goes; when that is the only one, the control plane has its group replace it, its pods moved first",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: remedyIntervalMs + drainMs + bootMs, lost: "none" },
  members: 1,
  async inject(scene) {
    const { cluster, begins, ends, log } = scene;
    const rules = await fetchRemedyRules(cluster);
    const { handler, workload, loaded } = await prepare(scene, rules);
    const [kept = "", broken = ""] = loaded;
    const long = new Date(Date.now() - lastingMs(rules) - 60_000);
    await cluster.kubectl("label", "node", kept, `${label}=off`, "--overwrite");
    scene.afterwards(() => mend(cluster, kept));
    await startRemedy(cluster);
    const others = new Set(cluster.status.machines.map(({ id }) => id).filter((id) => id !== broken));

    begins();
    const began = Date.now();
    await report(cluster, kept, readOnly(), { line, since: long });
    await waitForRemedyRuns(cluster);
    untouched(cluster, began);
    log(
      `${kept} is broken and labelled ${label}=off: every member has looked after ${secondsSince(began)} s, and left it alone`,
    );

    const second = Date.now();
    await report(cluster, broken, readOnly(), { line, since: long });
    await waitForRemedyRuns(cluster);
    untouched(cluster, began);
    const all = cluster.status.machines.filter(({ role }) => role === "worker").length;
    const [why] = await readRemedyLog(cluster, `2 of ${all} workers are broken`, second);
    if (why === undefined) throw new Error(`no member said that it replaces nobody when 2 of ${all} are broken`);
    log(`a member's journal when ${broken} was broken too: ${why}`);

    await report(cluster, kept, readOnly(), { since: new Date() });
    ends();
    const due = Date.now();
    await waitUntil("the group to be told", remedyIntervalMs + 15_000, () =>
      Promise.resolve(told(cluster, began).length > 0),
    );
    log(`the group was told of ${broken} ${secondsSince(due)} s after it was the only one`);
    await waitForRemoval(cluster, broken, 240_000);
    const departure = requireCompleteDrain(handler.drains, broken);
    log(
      `${departure.pods} pods were moved in ${departure.seconds.toFixed(1)} s, the machine was gone after ${secondsSince(due)} s`,
    );
    await workload.waitForReadyPods(pods, 120_000);
    return () => replacedAlone({ cluster, workload, handler, others, broken, began });
  },
};

function readOnly() {
  const found = kernelProblems.find((problem) => problem.condition === condition);
  if (found === undefined) throw new Error(`the detector knows no ${condition}`);
  return found;
}

/** The pool with its pods, when nobody has been given up for so long that the next may be. */
async function prepare({ cluster, afterwards, log }: DrillContext, { pauseSeconds }: WorkerReplacementRules) {
  const pause = pauseSeconds * 1000;
  const waits = pause - (await msSinceLastReplacement(cluster));
  if (waits > 0) log(`another worker was given up not long ago: ${Math.ceil(waits / 1000)} s until the next may be`);
  await waitUntil("the pause to be over", pause + 15_000, async () => (await msSinceLastReplacement(cluster)) > pause);
  const handler = await TerminationHandler.start(cluster);
  if (handler === undefined) throw new Error("the plan has no queue of what ends machines");
  afterwards(() => handler.stop());
  afterwards(() => shrinkPool(cluster));
  const pool = await growPool(cluster, workers);
  const workload = await Workload.start(cluster, pods);
  afterwards(() => workload.stop());
  const loads = await Promise.all(pool.map(async (id) => ({ id, crowd: await crowdOn(cluster, workload, id) })));
  const loaded = loads.filter(({ crowd }) => crowd.length > 0).map(({ id }) => id);
  if (loaded.length !== pods) throw new Error(`${loaded.length} workers have a pod, not ${pods}`);
  return { handler, workload, loaded };
}

const crowdOn = async (cluster: RehearsedCluster, { namespace }: Workload, node: string): Promise<string[]> =>
  (await listEvictablePods(cluster, node)).filter((pod) => pod.startsWith(`${namespace}/`));

const told = (cluster: RehearsedCluster, since: number) => readCallsSince(cluster, "SetInstanceHealth", since);

/** @throws if a member has told a group anything. */
function untouched(cluster: RehearsedCluster, since: number): void {
  if (told(cluster, since).length > 0) throw new Error("a group was told that a machine is unhealthy, too early");
}

/** What was labelled and reported broken is as it was. */
async function mend(cluster: RehearsedCluster, node: string): Promise<void> {
  if (!(await cluster.nodeNames()).includes(node)) return;
  await report(cluster, node, readOnly(), { since: new Date() });
  await cluster.kubectl("label", "node", node, `${label}-`);
}

interface Aftermath {
  readonly cluster: RehearsedCluster;
  readonly workload: Workload;
  readonly handler: TerminationHandler;
  /** Ids of all machines but the broken one. */
  readonly others: ReadonlySet<string>;
  readonly broken: string;
  readonly began: number;
}

/** @throws unless one machine, and one alone, was replaced in one go, and the pods run. */
async function replacedAlone({ cluster, workload, handler, others, broken, began }: Aftermath): Promise<void> {
  const { machines } = await cluster.refresh();
  const kept = machines.filter(({ id }) => others.has(id));
  const pool = listPoolInstances(cluster);
  if (kept.length !== others.size || pool.length !== workers)
    throw new Error(
      `${kept.length} of ${others.size} machines are left of those that are well, ${pool.length} workers`,
    );
  const calls = told(cluster, began);
  const members = new Set(machines.filter(({ role }) => role === "control-plane").map(({ address }) => address));
  if (calls.length !== 1 || calls.some(({ from, status }) => status !== 200 || !members.has(from)))
    throw new Error(`not one member has told the group once: ${JSON.stringify(calls)}`);
  const said = await readRemedyLog(cluster, "is given up", began);
  if (said.length !== 1 || !said.every((text) => text.includes(`${broken} is given up: ${condition} for`)))
    throw new Error(`the journals log ${said.join("; ")}`);
  // A machine's end is announced by its hook, and once more when EC2 ends it.
  const gone = [...new Set(handler.drains.map(({ instance }) => instance))];
  if (gone.join() !== broken) throw new Error(`${gone.join(", ")} were drained, not ${broken} alone`);
  const here = await Promise.all(pool.map(async (id) => (await crowdOn(cluster, workload, id)).length));
  if (here.reduce((sum, count) => sum + count, 0) !== pods)
    throw new Error("not all pods run on workers that are well");
  if (workload.minReady < pods - 1) throw new Error(`only ${workload.minReady} of ${pods} pods were ready in between`);
}
