/** Replacement of unhealthy workers by the control plane, as drills observe it. */
import type { WorkerReplacementRules } from "../../components/addons/nodeProblemDetector/workerReplacement.plan";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";

/** Longest interval of the unit's timer in ms: two minutes, a random delay of 30 s, and an accuracy of 1 s. */
export const replacementIntervalMs = 151_000;
/** Longest duration of a run in ms, including the wait for the cluster's lock. */
const runMs = 65_000;

const unit = "holdfast-replace-broken-workers.service";

/** Last run of the unit on a member. */
export interface UnitRun {
  /** Start in ms since the epoch, rounded down to a second; NaN before the first run. */
  readonly startedAt: number;
  readonly finished: boolean;
  readonly succeeded: boolean;
}

/** @param shown output of `systemctl show`. */
export function parseUnitRun(shown: string): UnitRun {
  const value = (name: string): string => new RegExp(`^${name}=@?(.*)$`, "m").exec(shown)?.[1] ?? "";
  const timestamp = (name: string): number => (value(name) === "" ? NaN : Number(value(name)) * 1000);
  const startedAt = timestamp("ExecMainStartTimestamp");
  return {
    startedAt,
    finished: timestamp("ExecMainExitTimestamp") >= startedAt,
    succeeded: value("Result") === "success",
  };
}

/** Rules of the members. @throws if the stack does not replace unhealthy workers. */
export async function fetchReplacementRules(cluster: RehearsedCluster): Promise<WorkerReplacementRules> {
  const [member] = cluster.controlPlaneMachines;
  if (member === undefined) throw new Error("the cluster has no control-plane machine");
  const text = (
    await cluster.runOn(member, "jq -c '.workerReplacement // empty' /opt/holdfast/current/cluster.json")
  ).trim();
  if (text === "") throw new Error("this stack does not replace unhealthy workers");
  return JSON.parse(text) as WorkerReplacementRules;
}

/** Runs the unit on every member now, which starts the interval of its timer; its first run is due ten minutes after boot. */
export async function runReplacement(cluster: RehearsedCluster): Promise<void> {
  for (const member of cluster.controlPlaneMachines) {
    await cluster.runOn(
      member,
      `systemctl is-active --quiet holdfast-replace-broken-workers.timer && systemctl start ${unit}`,
    );
  }
}

/** Waits until the timer has run the unit on every member. @throws if a run fails, and after the timeout. */
export async function waitForReplacementRuns(cluster: RehearsedCluster): Promise<void> {
  const since = Date.now();
  const show = `systemctl show --timestamp=unix -p ExecMainStartTimestamp -p ExecMainExitTimestamp -p Result ${unit}`;
  await waitUntil(`${unit} to run on every member`, replacementIntervalMs + runMs, async () => {
    const runs = await Promise.all(
      cluster.controlPlaneMachines.map(async (member) => parseUnitRun(await cluster.runOn(member, show))),
    );
    return runs.every(({ startedAt, finished, succeeded }) => startedAt >= since && finished && succeeded);
  });
}

/** Lines of the members' journals with a text. @param since ms since the epoch. */
export async function readReplacementLog(cluster: RehearsedCluster, text: string, since: number): Promise<string[]> {
  const read = `journalctl -t holdfast -o cat --no-pager --since @${Math.floor(since / 1000)}`;
  const found = await Promise.all(
    cluster.controlPlaneMachines.map((member) =>
      cluster.runOn(member, `${read} | grep -F 'replace-broken-workers: ' | grep -F ${JSON.stringify(text)} || true`),
    ),
  );
  return found.flatMap((lines) => lines.split("\n").filter((line) => line !== ""));
}

/** Time in ms since the last replacement of a worker; Infinity before the first one. */
export async function msSinceLastReplacement(cluster: RehearsedCluster): Promise<number> {
  const seconds = await cluster.runOnAnyMember(
    "etcdctl get --print-value-only /holdfast/worker-replacement 2>/dev/null",
  );
  return seconds === "" ? Infinity : Date.now() - Number(seconds) * 1000;
}
