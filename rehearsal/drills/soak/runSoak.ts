/** Execution of a soak: random faults one after another on a cluster, with clients throughout. */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../cli/program";
import { deniedSince } from "../../aws/iam/report";
import type { DrillEvent } from "../chart/drillChart";
import type { ChartedDrill } from "../chart/drillsPage";
import type { Drill } from "../drill";
import { elapsed, formatSeconds } from "../durations";
import { waitForFullStrength } from "../fullStrength";
import { type InjectedFault, injectFault } from "../injectedFault";
import { listStoredWrites } from "../recorder";
import type { RehearsedCluster } from "../rehearsedCluster";
import { evaluateDrill, type Measurements } from "../result";
import { calmMs, graceMs, shownViolations } from "../runDrill";
import { endOf, failedAttempts, longestOutage, type Write } from "../writes";
import { type ScheduledFault, scheduleSoak } from "./schedule.plan";
import { SoakRecorder } from "./soakRecorder";

export interface Soak {
  readonly seed: number;
  readonly minutes: number;
  /** All drills; those with `soak` are chosen from. */
  readonly drills: readonly Drill[];
}

/** Fault of a soak that was injected. */
export interface SoakedFault {
  readonly drill: Drill;
  readonly fault: InjectedFault;
  /** Lines that it has printed. */
  readonly log: readonly DrillEvent[];
  /** Start and end of its writes, in ms since the epoch: with the calm before it and after its checks. */
  readonly from: number;
  readonly until: number;
  /** The cluster is at full strength again, also after the cleanups. */
  readonly recovered: boolean;
}

/** Measurements of a whole soak. */
export interface SoakMeasurements extends Pick<
  Measurements,
  "writes" | "stored" | "history" | "problems" | "externalEtcd"
> {
  readonly faults: readonly SoakedFault[];
  readonly description: string;
}

/**
 * Runs a soak. Starts the next fault when the cluster is at full strength, and none after one from which it did not recover.
 * @returns the soak, and each of its faults with the limits of its drill
 * @throws if the cluster is not at full strength before the soak, or no fault can be scheduled.
 */
export async function runSoak(
  { seed, minutes, drills }: Soak,
  cluster: RehearsedCluster,
  log: (text: string) => void,
): Promise<readonly ChartedDrill[]> {
  await waitForFullStrength(cluster, graceMs);
  const members = cluster.memberNames.length;
  const schedule = scheduleSoak({ seed, minutes, members, faults: soakFaults(drills, cluster) });
  if (schedule.length === 0) throw new Error(`no fault fits into ${minutes} minutes on ${members} members`);
  log(`seed ${seed}: ${schedule.length} faults in ${minutes} minutes; --seed ${seed} repeats them`);
  const access = await cluster.client.iamReport();
  const recorder = await SoakRecorder.start(cluster);
  try {
    const faults = await injectFaults(schedule, { seed, minutes, drills }, { cluster, recorder, log });
    const history = await recorder.finish();
    history.violations.slice(0, shownViolations).forEach(log);
    const { problems } = recorder;
    problems.push(...deniedSince(access, await cluster.client.iamReport()));
    const stored = await listStoredWrites(recorder, problems);
    const { writes } = recorder;
    const { externalEtcd } = cluster;
    const description = `${faults.length} random faults of seed ${seed} within ${minutes} minutes`;
    return evaluateSoak({ faults, description, writes, stored, history, problems, externalEtcd });
  } finally {
    await recorder.stop();
  }
}

/** Faults that this cluster can have. */
const soakFaults = (drills: readonly Drill[], { memberNames, externalEtcd }: RehearsedCluster) =>
  drills.flatMap(({ name, soak, topology, members = 3 }) =>
    soak === undefined || members > memberNames.length || (topology === "stacked" && externalEtcd)
      ? []
      : [{ name, costs: soak }],
  );

interface Injection {
  readonly cluster: RehearsedCluster;
  readonly recorder: SoakRecorder;
  readonly log: (text: string) => void;
}

async function injectFaults(
  schedule: readonly ScheduledFault[],
  { minutes, drills }: Soak,
  injection: Injection,
): Promise<readonly SoakedFault[]> {
  const { recorder, log } = injection;
  const began = Date.now();
  const injected: SoakedFault[] = [];
  for (const [index, { name, startsAt }] of schedule.entries()) {
    await sleep(Math.max(calmMs, began + 1000 * startsAt - Date.now()));
    const number = `${index + 1} of ${schedule.length}`;
    if (Date.now() - began > 60_000 * minutes) {
      log(`fault ${number} and later ones were not injected: the recovery from faults took longer than planned`);
      break;
    }
    const drill = drills.find((each) => each.name === name);
    if (drill === undefined) throw new Error(`unknown drill ${name}`);
    log(`fault ${number}, ${elapsed(began)} after the start: ${name}`);
    const soaked = await injectOne(drill, injection);
    injected.push(soaked);
    for (const line of describeFault(soaked, recorder.writes)) log(`  ${line}`);
    if (!soaked.recovered) {
      log(`no more faults: the cluster did not recover from ${name}`);
      break;
    }
    await recorder.renew();
  }
  return injected;
}

async function injectOne(drill: Drill, { cluster, log }: Injection): Promise<SoakedFault> {
  const from = Date.now() - calmMs;
  const events: DrillEvent[] = [];
  const fault = await injectFault(drill, {
    cluster,
    timeoutMs: drill.limits.fullStrengthMs + graceMs,
    announceRestore: () => {
      throw new Error(`${drill.name} restores a backup, which discards writes of the soak`);
    },
    log: (text) => {
      events.push({ at: Date.now(), text });
      log(`  ${text}`);
    },
  });
  await fault.finish();
  const { times, problems } = fault;
  // Cleanups change the cluster too: the next fault would come in addition.
  const missing = await waitForFullStrength(cluster, times.fullStrengthAt === undefined ? 0 : graceMs).then(
    () => undefined,
    messageOf,
  );
  if (missing !== undefined && times.fullStrengthAt !== undefined) problems.push(missing);
  await sleep(calmMs);
  return { drill, fault, log: events, from, until: Date.now(), recovered: missing === undefined };
}

/** Writes that ended between two moments. */
const writesWithin = (writes: readonly Write[], { from, until }: Pick<SoakedFault, "from" | "until">): Write[] =>
  writes.filter((write) => endOf(write) >= from && endOf(write) <= until);

function describeFault(soaked: SoakedFault, writes: readonly Write[]): readonly string[] {
  const { faultEnded, fullStrengthAt } = soaked.fault.times;
  const own = writesWithin(writes, soaked);
  const recovery = fullStrengthAt === undefined ? "never" : `after ${elapsed(faultEnded, fullStrengthAt)}`;
  const figures = `outage ${formatSeconds(longestOutage(own))}, ${failedAttempts(own).length} of ${own.length} writes failed`;
  return [`${figures}, full strength ${recovery}`, ...soaked.fault.problems];
}

/** The soak as a whole, and each fault with the writes during it. Pure. */
export function evaluateSoak({ faults, description, ...all }: SoakMeasurements): readonly ChartedDrill[] {
  const { writes, stored, externalEtcd } = all;
  const own = faults.map(({ drill, fault, log, ...times }, index): ChartedDrill => {
    const measured: Measurements = {
      ...{ ...fault.times, writes: writesWithin(writes, times), stored, problems: fault.problems, externalEtcd },
    };
    const result = evaluateDrill({ name: `soak ${index + 1}: ${drill.name}`, limits: drill.limits }, measured);
    return { description: drill.description, result, measured, log };
  });
  const [first, last] = [faults[0], faults.at(-1)];
  if (first === undefined || last === undefined) return [];
  const limits = {
    outageMs: Math.max(...faults.map(({ drill }) => drill.limits.outageMs)),
    fullStrengthMs: last.drill.limits.fullStrengthMs,
    lost: "none",
  } as const;
  const { faultBegan } = first.fault.times;
  const measured: Measurements = { ...all, ...last.fault.times, faultBegan };
  const log = faults.flatMap(({ drill, fault }, index) => [
    { at: fault.times.faultBegan, text: `fault ${index + 1} begins: ${drill.name}` },
    ...(fault.times.fullStrengthAt === undefined
      ? []
      : [{ at: fault.times.fullStrengthAt, text: `full strength after fault ${index + 1}` }]),
  ]);
  return [{ description, measured, log, result: evaluateDrill({ name: "soak", limits }, measured) }, ...own];
}
