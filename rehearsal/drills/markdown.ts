/** Text of docs/drills.md: faults, limits and measurements. Pure. */
import { tableRow as line } from "../../cli/markdown";
import { limitations } from "./catalogue";
import type { Drill } from "./drill";
import { formatSeconds } from "./durations";
import { type DrillResult, tableHeader, tableRow } from "./result";

const columns = [...tableHeader, "measured"];
const parseCells = (text: string): string[] =>
  text
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

/** Name of a drill's row in the table, which depends on the topology of etcd. */
export function resultName(drill: string, externalEtcd: boolean): string {
  return externalEtcd ? `${drill}, external etcd` : drill;
}

/** Rows of the table in a page, by drill. A column that the page does not have yet was not measured. */
export function parseResults(page: string): Map<string, string[]> {
  const lines = page.split("\n");
  const start = lines.findIndex((text) => text.startsWith("| drill |") && parseCells(text).at(-1) === columns.at(-1));
  if (start < 0) return new Map();
  const header = parseCells(lines[start] ?? "");
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((text) => !text.startsWith("|"));
  return new Map(
    (end < 0 ? rows : rows.slice(0, end))
      .map(parseCells)
      .map((cells) => [cells[0] ?? "", columns.map((column) => cells[header.indexOf(column)] ?? "–")]),
  );
}

function formatLimits({ limits, load }: Drill): string {
  const {
    outageMs,
    failuresMs,
    externalEtcdFailuresMs = 0,
    failedWrites,
    failedRequests,
    fullStrengthMs,
    lost,
  } = limits;
  const seconds = (ms: number): string => formatSeconds(ms, 0);
  return [
    `write outage ≤ ${seconds(outageMs)}`,
    ...(failuresMs === undefined ? [] : [`last failed write ≤ ${seconds(failuresMs)} after the fault`]),
    ...(externalEtcdFailuresMs === 0 ? [] : [`${seconds(externalEtcdFailuresMs)} more with external etcd`]),
    ...(failedWrites === undefined ? [] : [formatCount(failedWrites, "failed write")]),
    ...(load === undefined ? [] : [formatCount(failedRequests ?? 0, "failed request")]),
    `full strength ≤ ${seconds(fullStrengthMs)}`,
    lost === "none" ? "no acknowledged write lost" : "exactly the writes after the backup lost",
  ].join(", ");
}

const formatCount = (most: number, what: string): string => (most === 0 ? `no ${what}` : `≤ ${most} ${what}s`);

const table = (header: readonly string[], body: readonly (readonly string[])[]): string[] => [
  line(header),
  line(header.map(() => "---")),
  ...body.map(line),
];

/** Page after a run of some drills. The other drills keep their measurements from `before`, the previous page. */
export function drillsPage(
  drills: readonly Drill[],
  results: readonly DrillResult[],
  measured: { readonly on: string; readonly before: string },
): string {
  const rows = parseResults(measured.before);
  for (const result of results) rows.set(result.drill, [...tableRow(result), measured.on]);
  const measurements = drills
    .flatMap(({ name }) => [name, resultName(name, true)])
    .flatMap((name) => {
      const row = rows.get(name);
      return row === undefined ? [] : [row];
    });
  return `${[
    "# Drills",
    "",
    "A drill injects a fault into a rehearsed cluster with real etcd and measures the impact, while four clients read and write",
    "through the load balancer without pause, and three watch. A drill ends when the cluster is back at full strength: every etcd",
    "member votes and is healthy, every API server is ready, and every node is Ready. A drill fails if the cluster exceeds a limit,",
    "or if an answer was [inconsistent](#consistency). Run drills as root on Linux:",
    "",
    "    npx holdfast drill --list                     # list drills",
    "    npx holdfast drill staging power-off-a        # run one drill",
    "    npx holdfast drill staging all --markdown     # run all drills and update this page",
    "    npx holdfast drill staging --soak 60          # random faults for an hour",
    "",
    "A run writes a page with a chart of each drill, `~/.local/state/holdfast/<id>-drills.html`: acknowledged writes per second, their",
    "median and longest duration, failed writes, and when the fault began, when it ended, and when the cluster was back at full",
    "strength. The page stays when the rehearsal is taken down, until the next run.",
    "",
    "## Measurements",
    "",
    "Each row shows the last run of the drill:",
    "",
    "- **API write outage**: longest time without an acknowledged write of any client.",
    "- **full strength after**: time from the end of the fault (such as the return of power, or the start of a restore) until",
    "  the cluster is back at full strength.",
    "- **failed writes**: number of writes that were refused or not answered within 3 s, and the time from the start of the",
    "  fault to the end of the last failed write. A write that another client's write forbids is neither failed nor acknowledged.",
    "- **failed requests**: requests to Services that were refused, answered with an error or not answered within 2 s. During these",
    "  drills, a pool of three workers runs three Deployments of two pods with a disruption budget, and two clients send ten requests",
    "  per second to each of their Services: to pods that answer for another 5 s after SIGTERM, to pods with a preStop hook, and",
    "  over connections that are kept. The drill also fails if a pool has fewer machines in service than its minimum. –: no request",
    "  load.",
    "- **lost acknowledged writes**: ConfigMaps whose creation was acknowledged and that are missing at the end. Clients never change",
    "  these. Before a restore, the drill announces the number of writes that it will lose; if the actual number differs, the drill",
    "  fails.",
    "- **operations checked / violations**: operations with a known result, and violations of [consistency](#consistency). –: measured",
    "  before drills checked it.",
    "- **external etcd**: etcd ran on separate machines; in the other rows it ran on the control-plane machines.",
    "",
    ...table(columns, measurements),
    "",
    "## Consistency",
    "",
    "Each client performs one operation at a time on ConfigMaps of one namespace, and pauses for 100 ms after it. It creates ConfigMaps",
    "that it never changes, and it creates, reads, lists, updates (PUT), swaps (PUT with the resourceVersion that it saw last) and",
    "deletes (with the resourceVersion as precondition) eight ConfigMaps that all clients share. Watches end after 10 to 20 s and",
    "resume from their last revision; after `410 Gone` the client lists again. The",
    "[recorder](../rehearsal/assets/modules/recorder) appends each call and each answer to a file, so that a killed program loses",
    "none. At the end, every watcher must receive a last write. The drill fails unless:",
    "",
    "- the answers for each ConfigMap are linearizable, as [porcupine](https://github.com/anishathalye/porcupine) judges. A write",
    "  without an answer may have happened or not, unless the watches show which;",
    "- each list has exactly the objects of its revision;",
    "- revisions rise: no write or list has a lower revision than an answer before it, of any client;",
    "- each watcher receives every event after its start once, in the order of revisions, with the value that was written; no event",
    "  belongs to a refused write.",
    "",
    "A restore that the drill announces may discard what was written after the backup: the operations before it are checked by",
    "themselves, and those after it start from the state of the backup. Watchers must get `410 Gone` if they have seen what the",
    "restore discarded. After a violation, the drill names porcupine's page of the history,",
    "`~/.local/state/holdfast/<id>-<drill>-history.html`; the operations are beside it in `.jsonl`.",
    "",
    "## Soak",
    "",
    "`npx holdfast drill <stack> --soak <minutes>` injects the faults of drills at random, one after another, while the same clients",
    "read, write and watch all the time. It uses each drill that a cluster can have again and again: no restores, upgrades, rotations,",
    "changes of the settings, or request load. Only faults that the quorum tolerates are chosen: a cluster with one member gets none",
    "that costs a member.",
    "",
    "- **Order.** A seed determines the faults and the pauses between them (5 to 30 s). The soak prints it; `--seed <n>` with the same",
    "  minutes repeats the order on a cluster with as many members. Each fault comes once before one comes again.",
    "- **Recovery.** The next fault begins when the cluster is at full strength and the checks of the drill have passed, so that a failure",
    "  has one cause. If recoveries take longer than usual, later faults shift, and none begins after the end. After a fault from which the",
    "  cluster does not recover, no other is injected.",
    "- **Limits.** Each fault has the limits of its drill, for the writes from 3 s before it to 3 s after its checks. The soak as a whole",
    "  fails if no write is acknowledged for longer than the largest of these limits, if an acknowledged write is missing at the end, or if",
    "  an answer was [inconsistent](#consistency). The history is checked in windows of 15 minutes, because the checker holds one in",
    "  memory; clients of the next window start before those of the last one end.",
    "- **Results.** The table and the page with charts have a row and a chart for the soak, and one for each fault. The exit code is 1",
    "  if one of them failed.",
    "",
    "## Faults and limits",
    "",
    ...table(
      ["drill", "fault", "limits"],
      drills.map((drill) => [`\`${drill.name}\``, drill.description, formatLimits(drill)]),
    ),
    "",
    "## Limitations",
    "",
    "The rehearsal cannot reproduce:",
    "",
    ...limitations.map(({ fault, reason }) => `- **${fault}**: ${reason}`),
  ].join("\n")}\n`;
}
