/** docs/drills.md: what drills do and promise, and what was measured. Pure. */
import { limitations } from "./catalogue";
import type { Drill, DrillLimits } from "./drill";
import { type DrillResult, tableHeader, tableRow } from "./result";

const columns = [...tableHeader, "measured"];
const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
const cellsOf = (text: string): string[] =>
  text
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

/** Name of a drill's row: a cluster whose etcd has machines of its own has another. */
export function resultName(drill: string, externalEtcd: boolean): string {
  return externalEtcd ? `${drill}, external etcd` : drill;
}

/** Rows of an earlier table, by drill. */
export function parseResults(page: string): Map<string, string[]> {
  const lines = page.split("\n");
  const start = lines.findIndex((text) => text.startsWith("|") && cellsOf(text).join() === columns.join());
  if (start < 0) return new Map();
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((text) => !text.startsWith("|"));
  return new Map((end < 0 ? rows : rows.slice(0, end)).map(cellsOf).map((cells) => [cells[0] ?? "", cells]));
}

const seconds = (ms: number): string => `${ms / 1000} s`;

function bounds({
  outageMs,
  failuresMs,
  externalEtcdFailuresMs = 0,
  failedWrites,
  fullStrengthMs,
  lost,
}: DrillLimits): string {
  return [
    `write outage ≤ ${seconds(outageMs)}`,
    ...(failuresMs === undefined ? [] : [`last failed write ≤ ${seconds(failuresMs)} after the fault`]),
    ...(externalEtcdFailuresMs === 0 ? [] : [`${seconds(externalEtcdFailuresMs)} more with external etcd`]),
    ...(failedWrites === undefined ? [] : [failedWrites === 0 ? "no failed write" : `≤ ${failedWrites} failed writes`]),
    `full strength ≤ ${seconds(fullStrengthMs)}`,
    lost === "none" ? "no acknowledged write lost" : "exactly the writes after the backup lost",
  ].join(", ");
}

/**
 * The page after some drills were run. Drills that were not keep the figures that `before`, the page as it was, has of them.
 */
export function drillsPage(
  drills: readonly Drill[],
  results: readonly DrillResult[],
  measured: { readonly on: string; readonly before: string },
): string {
  const rows = parseResults(measured.before);
  for (const result of results) rows.set(result.drill, [...tableRow(result), measured.on]);
  const known = drills
    .flatMap(({ name }) => [name, resultName(name, true)])
    .flatMap((name) => {
      const row = rows.get(name);
      return row === undefined ? [] : [row];
    });
  const table = (header: readonly string[], body: readonly (readonly string[])[]): string[] => [
    line(header),
    line(header.map(() => "---")),
    ...body.map(line),
  ];
  return `${[
    "# Drills",
    "",
    "Written by `npm run rehearse -- <stack> --drill all --markdown`; each row is what the drill's last run measured. A drill",
    "does its damage to a rehearsed cluster with real etcd while four clients write through the load balancer without pause,",
    "and ends when every member votes and is healthy and every node is Ready. It fails where a promise is not kept.",
    "",
    "- **API write outage**: the longest time in which no client had a write acknowledged.",
    "- **full strength after**: from the end of the fault (the power is back, the restore is ordered …).",
    "- **failed writes**: tries that were refused or not answered within 3 s; the last one's end, from the fault's beginning.",
    "- **lost acknowledged writes**: acknowledged, and not there at the end. In a restore those after the backup are announced",
    "  before anything is touched; one more or one less fails the drill.",
    "- **external etcd**: etcd had machines of its own; elsewhere it ran on those of the control plane.",
    "",
    "## Measurements",
    "",
    ...table(columns, known),
    "",
    "## Drills and promises",
    "",
    ...table(
      ["drill", "what happens", "limits"],
      drills.map(({ name, what, limits }) => [`\`${name}\``, what, bounds(limits)]),
    ),
    "",
    "## What cannot be rehearsed",
    "",
    ...limitations.map(({ fault, why }) => `- **${fault}**: ${why}`),
  ].join("\n")}\n`;
}
