/** Calls that IAM denied, and Allow statements that no call used, as text. Pure. */
import { alignColumns } from "../../../cli/columns";

export interface DeniedCall {
  /** ARN of the caller, or its address without a valid signature. */
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
  /** Allow statement with the action, and why it does not apply. Absent if no statement has the action. */
  readonly closest?: string;
  readonly count: number;
}

export interface UnusedStatement {
  readonly sid: string;
  /** Names of the policy documents that have the statement. */
  readonly documents: readonly string[];
  /** Calls that need the statement. */
  readonly purpose: string;
}

export interface IamReport {
  /** `audit`: denied calls are answered nevertheless. */
  readonly mode: "enforce" | "audit";
  /** Number of decisions. */
  readonly decisions: number;
  readonly denied: readonly DeniedCall[];
  /** Number of unsigned requests that read AWS's clock. AWS refuses them too; callers read the date of the refusal. */
  readonly clockReads: number;
  /** Parts of policies and requests that the evaluator cannot evaluate. */
  readonly unevaluated: readonly string[];
  /** Allow statements that no call used, by Sid. */
  readonly unused: readonly UnusedStatement[];
  /** Number of Allow statements. */
  readonly allows: number;
}

/** Denied calls and what was not evaluated; nothing if there are none. */
export function describeDenials({ mode, denied, unevaluated }: IamReport): string[] {
  return [
    ...denied.map((call) => describeDenial(mode, call)),
    ...unevaluated.map((part) => `IAM: cannot evaluate ${part}`),
  ];
}

/** Calls that were denied since an earlier report; none with `audit`, which answers them. */
export function deniedSince(before: IamReport | undefined, { mode, denied }: IamReport): string[] {
  if (mode === "audit") return [];
  const earlier = new Map(before?.denied.map((call) => [keyOf(call), call.count]));
  return denied
    .map((call) => ({ ...call, count: call.count - (earlier.get(keyOf(call)) ?? 0) }))
    .filter(({ count }) => count > 0)
    .map((call) => describeDenial(mode, call));
}

/** One line: decisions, denied calls, unused statements. */
export function describeSummary({ mode, decisions, denied, clockReads, unused, allows }: IamReport): string {
  const total = denied.reduce((sum, { count }) => sum + count, 0);
  const calls = total === 0 ? "no call denied" : `${total} calls denied`;
  const clock = clockReads === 0 ? "" : ` (${clockReads} unsigned requests only read AWS's clock)`;
  const idle = unused.reduce((sum, { documents }) => sum + documents.length, 0);
  return `IAM (${mode}): ${decisions} decisions, ${calls}${clock}; no call used ${idle} of ${allows} Allow statements`;
}

/** Table of the Allow statements that no call used, with their purposes. */
export function describeUnused({ unused }: IamReport): string[] {
  if (unused.length === 0) return [];
  const rows = unused.map(({ sid, documents, purpose }) => [
    sid,
    documents.length === 1 ? (documents[0] ?? "") : `${documents.length} policies`,
    purpose,
  ]);
  return alignColumns([["unused statement", "policy", "purpose"], ...rows]);
}

/** Identity of a denied call, without its number and the time in the reason. */
export function keyOf({ caller, action, resource, reason }: Omit<DeniedCall, "count">): string {
  return `${caller} ${action} ${resource} ${reason.split(":")[0] ?? ""}`;
}

function describeDenial(
  mode: IamReport["mode"],
  { caller, action, resource, reason, closest, count }: DeniedCall,
): string {
  const verb = mode === "enforce" ? "denied" : "would be denied";
  const hint = closest === undefined ? "" : `; closest statement: ${closest}`;
  const on = resource === "" ? "" : ` on ${resource}`;
  return `IAM: ${verb} ${count}×: ${caller}: ${action}${on}: ${reason}${hint}`;
}
