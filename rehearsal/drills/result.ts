/** What a drill measured, and whether that is what was limits. Pure. */
import type { DrillLimits } from "./drill";
import {
  failedUntil,
  failedWrites,
  failureReasons,
  longestOutage,
  compareWithStored,
  type RestorePoint,
  type Write,
} from "./writes";

/** What is known when a drill is over. Times in ms since the epoch. */
export interface Measurements {
  readonly writes: readonly Write[];
  /** Names of the writes that the cluster has. */
  readonly stored: ReadonlySet<string>;
  readonly began: number;
  readonly ended: number;
  /** Etcd has machines of its own. */
  readonly externalEtcd: boolean;
  /** Absent: it did not come to that. */
  readonly fullStrengthAt?: number;
  readonly restored?: RestorePoint;
  /** What went wrong besides. */
  readonly problems: readonly string[];
}

export interface DrillResult {
  readonly drill: string;
  /** Longest time in ms without an acknowledged write. */
  readonly outageMs: number;
  /** Time in ms from the fault's end to full strength. */
  readonly fullStrengthMs?: number;
  readonly writes: number;
  readonly failed: number;
  /** Time in ms from the fault's beginning to the end of the last failed write. */
  readonly failuresMs: number;
  readonly reasons: readonly string[];
  /** Acknowledged writes that are gone. */
  readonly lost: number;
  /** All of them were announced. */
  readonly announced: boolean;
  /** What was not as limits; nothing: the drill is passed. */
  readonly broken: readonly string[];
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export function evaluateDrill(
  drill: { readonly name: string; readonly limits: DrillLimits },
  measured: Measurements,
): DrillResult {
  const { limits } = drill;
  const { writes, stored, began, ended, fullStrengthAt, restored, problems } = measured;
  const outageMs = longestOutage(writes);
  const failed = failedWrites(writes).length;
  const failuresMs = failedUntil(writes, began);
  const fullStrengthMs = fullStrengthAt === undefined ? undefined : Math.max(0, fullStrengthAt - ended);
  const { lost, unannounced, unexpectedlyPresent } = compareWithStored(writes, stored, restored);
  const broken = [
    ...problems,
    ...(writes.some(({ ok }) => ok) ? [] : ["no write was acknowledged at all"]),
    ...atMost("outage", outageMs, limits.outageMs),
    ...atMost("last failure", failuresMs, failureBound(limits, measured)),
    ...(failed > (limits.failedWrites ?? Infinity) ? [`${failed} writes failed, not ${limits.failedWrites ?? 0}`] : []),
    ...(fullStrengthMs === undefined ? ["full strength was not reached"] : []),
    ...atMost("full strength", fullStrengthMs ?? 0, limits.fullStrengthMs),
    ...(unannounced.length > 0 ? [`${unannounced.length} acknowledged writes were lost unannounced`] : []),
    ...(unexpectedlyPresent.length > 0
      ? [`${unexpectedlyPresent.length} writes are there that were said to be gone`]
      : []),
    ...(limits.lost === "after the backup" && lost.length === 0 ? ["nothing was written after the backup"] : []),
  ];
  return {
    drill: drill.name,
    outageMs,
    ...(fullStrengthMs !== undefined && { fullStrengthMs }),
    writes: writes.length,
    failed,
    failuresMs,
    reasons: failureReasons(writes),
    lost: lost.length,
    announced: restored !== undefined && unannounced.length === 0,
    broken,
  };
}

const failureBound = (
  { failuresMs, externalEtcdFailuresMs = 0 }: DrillLimits,
  { externalEtcd }: Measurements,
): number | undefined => failuresMs && failuresMs + (externalEtcd ? externalEtcdFailuresMs : 0);

function atMost(what: string, found: number, bound: number | undefined): string[] {
  return bound !== undefined && found > bound ? [`${what} ${inSeconds(found)}, not ${inSeconds(bound)} at most`] : [];
}

export const tableHeader = [
  "drill",
  "API write outage",
  "full strength after",
  "failed writes",
  "lost acknowledged writes",
  "verdict",
] as const;

/** One line of the table, by its columns. */
export function tableRow(result: DrillResult): string[] {
  const { drill, outageMs, fullStrengthMs, writes, failed, failuresMs, lost, announced, broken } = result;
  return [
    drill,
    inSeconds(outageMs),
    fullStrengthMs === undefined ? "never" : inSeconds(fullStrengthMs),
    failed === 0 ? `0 of ${writes}` : `${failed} of ${writes}, last after ${inSeconds(failuresMs)}`,
    lost > 0 && announced ? `${lost}, all announced` : String(lost),
    broken.length === 0 ? "passed" : `FAILED: ${broken.join("; ")}`,
  ];
}
