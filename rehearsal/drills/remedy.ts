/** How the control plane looks after broken workers, as a drill sees it. */
import type { WorkerReplacementRules } from "../../components/addons/nodeProblemDetector/workerReplacement.plan";
import type { MachineStatus } from "../supervisor/status";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";

/** Ms between two looks of a member: the timer's two minutes, up to half a minute of chance, and the accuracy of a second. */
export const remedyIntervalMs = 151_000;
/** Ms that a look may take: it may wait for the cluster's lock. */
const lookMs = 65_000;

const unit = "holdfast-remedy.service";

const members = ({ status }: RehearsedCluster): MachineStatus[] =>
  status.machines.filter(({ role, stage }) => role === "control-plane" && stage !== "terminating");

/** A member's last look. */
export interface Look {
  /** Ms since the epoch, cut off to a second; NaN: it has not looked. */
  readonly startedAt: number;
  readonly over: boolean;
  readonly succeeded: boolean;
}

/** Reads what systemd shows of the unit. */
export function parseRemedyRun(shown: string): Look {
  const value = (name: string): string => new RegExp(`^${name}=@?(.*)$`, "m").exec(shown)?.[1] ?? "";
  const secondsOf = (name: string): number => (value(name) === "" ? NaN : Number(value(name)));
  const startedAt = secondsOf("ExecMainStartTimestamp") * 1000;
  return {
    startedAt,
    over: secondsOf("ExecMainExitTimestamp") * 1000 >= startedAt,
    succeeded: value("Result") === "success",
  };
}

/** The rules that the members go by. @throws where nobody is to be replaced. */
export async function fetchRemedyRules(cluster: RehearsedCluster): Promise<WorkerReplacementRules> {
  const [member] = members(cluster);
  if (member === undefined) throw new Error("there is no control plane");
  const text = (await cluster.runOn(member, "jq -c '.remedy // empty' /opt/holdfast/current/cluster.json")).trim();
  if (text === "") throw new Error("this stack has no broken worker replaced");
  return JSON.parse(text) as WorkerReplacementRules;
}

/** Has every member look at once. From then on its timer counts, whose first look comes ten minutes after its boot. */
export async function startRemedy(cluster: RehearsedCluster): Promise<void> {
  for (const member of members(cluster)) {
    await cluster.runOn(member, `systemctl is-active --quiet holdfast-remedy.timer && systemctl start ${unit}`);
  }
}

/** Waits until every member has looked, by its own timer. @throws where a look fails, and after the time. */
export async function waitForRemedyRuns(cluster: RehearsedCluster): Promise<void> {
  const since = Date.now();
  const show = `systemctl show --timestamp=unix -p ExecMainStartTimestamp -p ExecMainExitTimestamp -p Result ${unit}`;
  await waitUntil("every member to look after the workers", remedyIntervalMs + lookMs, async () => {
    const looks = await Promise.all(
      members(cluster).map(async (member) => parseRemedyRun(await cluster.runOn(member, show))),
    );
    return looks.every(({ startedAt, over, succeeded }) => startedAt >= since && over && succeeded);
  });
}

/** Lines of the members' journals about it that hold a text, since a time in ms since the epoch. */
export async function readRemedyLog(cluster: RehearsedCluster, text: string, since: number): Promise<string[]> {
  const read = `journalctl -t holdfast -o cat --no-pager --since @${Math.floor(since / 1000)}`;
  const found = await Promise.all(
    members(cluster).map((member) =>
      cluster.runOn(member, `${read} | grep -F 'step remedy: ' | grep -F ${JSON.stringify(text)} || true`),
    ),
  );
  return found.flatMap((lines) => lines.split("\n").filter((line) => line !== ""));
}

/** Ms since a worker was given up the last time, on any member's word; Infinity: none ever was. */
export async function msSinceLastReplacement(cluster: RehearsedCluster): Promise<number> {
  const seconds = await cluster.runOnAnyMember("etcdctl get --print-value-only /holdfast/remedy 2>/dev/null");
  return seconds === "" ? Infinity : Date.now() - Number(seconds) * 1000;
}
