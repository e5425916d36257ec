/** Result of a drill: measurements compared with its limits. Pure. */
import type { DrillLimits } from "./drill";
import { formatSeconds } from "./durations";
import type { LoadMeasurements } from "./load/loadedPool";
import { evaluateLoad, type LoadResult, loadViolations } from "./load/loadResult";
import type { HistoryVerdict } from "./recorder";
import {
  compareWithStored,
  failedAttempts,
  failedUntil,
  failureReasons,
  longestOutage,
  type RestorePoint,
  type Write,
} from "./writes";

/** Measurements at the end of a drill. Times in ms since the epoch. */
export interface Measurements {
  readonly writes: readonly Write[];
  /** Names of the writes that the cluster stores. */
  readonly stored: ReadonlySet<string>;
  /** Absent if the history could not be checked, which is a problem. */
  readonly history?: HistoryVerdict | undefined;
  readonly faultBegan: number;
  readonly faultEnded: number;
  readonly externalEtcd: boolean;
  /** Absent if full strength was not reached. */
  readonly fullStrengthAt?: number | undefined;
  readonly restored?: RestorePoint | undefined;
  /** Absent without request load. */
  readonly load?: LoadMeasurements | undefined;
  /** Errors of the drill's steps and checks. */
  readonly problems: readonly string[];
}

export interface DrillResult {
  readonly drill: string;
  /** Longest time in ms without an acknowledged write. */
  readonly outageMs: number;
  /** Time in ms from the end of the fault to full strength. */
  readonly fullStrengthMs?: number | undefined;
  readonly writes: number;
  readonly failed: number;
  /** Time in ms from the start of the fault to the end of the last failed write. */
  readonly failuresMs: number;
  readonly reasons: readonly string[];
  /** Number of lost acknowledged writes. */
  readonly lost: number;
  /** A restore announced all lost writes. */
  readonly announced: boolean;
  /** Checked operations and violations of consistency; absent if the history could not be checked. */
  readonly checked?: { readonly operations: number; readonly violations: number } | undefined;
  /** Absent without request load. */
  readonly load?: LoadResult | undefined;
  /** Problems and exceeded limits; none if the drill passed. */
  readonly violations: readonly string[];
}

export function evaluateDrill(
  drill: { readonly name: string; readonly limits: DrillLimits },
  measured: Measurements,
): DrillResult {
  const { limits } = drill;
  const { writes, stored, history, faultBegan, faultEnded, fullStrengthAt, restored, problems } = measured;
  const outageMs = longestOutage(writes);
  const failed = failedAttempts(writes).length;
  const failuresMs = failedUntil(writes, faultBegan);
  const fullStrengthMs = fullStrengthAt === undefined ? undefined : Math.max(0, fullStrengthAt - faultEnded);
  const { lost, unannounced, unexpectedlyPresent } = compareWithStored(writes, stored, restored);
  const load = measured.load && evaluateLoad(measured.load, faultBegan);
  const violations = [
    ...problems,
    ...(writes.some(({ ok }) => ok) ? [] : ["no write was acknowledged"]),
    ...exceeds("outage", outageMs, limits.outageMs),
    ...exceeds("last failure", failuresMs, failureLimit(limits, measured)),
    ...(failed > (limits.failedWrites ?? Infinity)
      ? [`${failed} failed writes, limit ${limits.failedWrites ?? 0}`]
      : []),
    ...(fullStrengthMs === undefined ? ["full strength was not reached"] : []),
    ...exceeds("full strength", fullStrengthMs ?? 0, limits.fullStrengthMs),
    ...(unannounced.length > 0 ? [`${unannounced.length} acknowledged writes were lost unannounced`] : []),
    ...(unexpectedlyPresent.length > 0
      ? [`${unexpectedlyPresent.length} writes exist that were announced as lost`]
      : []),
    ...(history === undefined ? [] : historyViolations(history)),
    ...(limits.lost === "after the backup" && lost.length === 0 ? ["nothing was written after the backup"] : []),
    ...(load === undefined ? [] : loadViolations(load, limits.failedRequests)),
  ];
  return {
    drill: drill.name,
    outageMs,
    fullStrengthMs,
    writes: writes.length,
    failed,
    failuresMs,
    reasons: failureReasons(writes),
    lost: lost.length,
    announced: restored !== undefined && unannounced.length === 0,
    checked: history && { operations: history.operations, violations: history.violations.length },
    load,
    violations,
  };
}

function historyViolations({ operations, violations: [first, ...others], page }: HistoryVerdict): string[] {
  if (operations === 0) return ["no operation was checked"];
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return [`inconsistent: ${first}${more}${page === undefined ? "" : ` (${page})`}`];
}

const failureLimit = (
  { failuresMs, externalEtcdFailuresMs = 0 }: DrillLimits,
  { externalEtcd }: Measurements,
): number | undefined => failuresMs && failuresMs + (externalEtcd ? externalEtcdFailuresMs : 0);

function exceeds(figure: string, ms: number, limit: number | undefined): string[] {
  return limit !== undefined && ms > limit ? [`${figure} ${formatSeconds(ms)}, limit ${formatSeconds(limit)}`] : [];
}

export const tableHeader = [
  "drill",
  "API write outage",
  "full strength after",
  "failed writes",
  "failed requests",
  "lost acknowledged writes",
  "operations checked / violations",
  "verdict",
] as const;

const formatFailures = (failed: number, all: number, failuresMs: number): string =>
  failed === 0 ? `0 of ${all}` : `${failed} of ${all}, last after ${formatSeconds(failuresMs)}`;

/** Row of the table, by its columns. */
export function tableRow(result: DrillResult): string[] {
  const { drill, outageMs, fullStrengthMs, writes, failed, failuresMs, lost, announced, checked, load, violations } =
    result;
  return [
    drill,
    formatSeconds(outageMs),
    fullStrengthMs === undefined ? "never" : formatSeconds(fullStrengthMs),
    formatFailures(failed, writes, failuresMs),
    load === undefined ? "–" : formatFailures(load.failed, load.requests, load.failuresMs),
    lost > 0 && announced ? `${lost}, all announced` : String(lost),
    checked === undefined ? "–" : `${checked.operations} / ${checked.violations}`,
    violations.length === 0 ? "passed" : `FAILED: ${violations.join("; ")}`,
  ];
}
