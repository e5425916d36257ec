/** Evaluation of the CIS checks. Pure. */
import type { CisCheck } from "./check";
import { benchmarkVersion, cisChecks } from "./checks";
import type { CisFacts } from "./facts";

/** `warn`: a manual check is not met, which is a matter of judgment; `unknown`: facts are missing, which counts as failed. */
export type CisVerdict = "pass" | "fail" | "warn" | "not applicable" | "unknown";

/** Result of one check. */
export interface CisRow {
  readonly id: string;
  readonly title: string;
  readonly automated: boolean;
  readonly verdict: CisVerdict;
  /** Each problem with its machine or object; or the reason why the check does not apply, or is unknown. */
  readonly reasons: readonly string[];
  /** What to do; absent if the check is met. */
  readonly fix?: string;
}

export interface CisReport {
  readonly stack: string;
  readonly cluster: string;
  readonly benchmark: string;
  /** Time of the check, ISO 8601. */
  readonly at: string;
  /** No check failed, and none is unknown. */
  readonly valid: boolean;
  /** Ids of the examined machines by role. */
  readonly machines: Readonly<Record<string, readonly string[]>>;
  readonly checks: readonly CisRow[];
}

function evaluate({ id, title, automated, fix, find }: CisCheck, facts: CisFacts): CisRow {
  const { problems, unknown, notApplicable } = find(facts);
  const row = { id, title, automated };
  if (problems.length > 0)
    return { ...row, verdict: automated ? "fail" : "warn", reasons: [...problems, ...unknown], fix };
  if (unknown.length > 0) return { ...row, verdict: "unknown", reasons: unknown };
  if (notApplicable !== undefined) return { ...row, verdict: "not applicable", reasons: [notApplicable] };
  return { ...row, verdict: "pass", reasons: [] };
}

export function evaluateAll(facts: CisFacts): readonly CisRow[] {
  return cisChecks.map((check) => evaluate(check, facts));
}

export function cisReport(stack: string, cluster: string, at: Date, facts: CisFacts): CisReport {
  const checks = evaluateAll(facts);
  const ids = (wanted: string) => facts.machines.filter(({ role }) => role === wanted).map(({ id }) => id);
  return {
    ...{ stack, cluster, benchmark: benchmarkVersion, at: at.toISOString() },
    valid: !checks.some(({ verdict }) => verdict === "fail" || verdict === "unknown"),
    machines: { "control-plane": ids("control-plane"), etcd: ids("etcd"), worker: ids("worker") },
    checks,
  };
}

const marks: Readonly<Record<CisVerdict, string>> = {
  pass: "✓",
  fail: "✗",
  warn: "!",
  "not applicable": "-",
  unknown: "?",
};

/** Report: one line per check, with reasons and what to do, then a summary. */
export function formatCisReport({ cluster, benchmark, checks, machines, valid }: CisReport): readonly string[] {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const indent = " ".repeat(width + 3);
  const rows = checks.flatMap(({ id, title, verdict, reasons, fix }) => [
    `${id.padEnd(width)} ${marks[verdict]} ${title}`,
    ...reasons.map((reason) => `${indent}${reason}`),
    ...(fix === undefined ? [] : [`${indent}→ ${fix}`]),
  ]);
  const count = (verdict: CisVerdict) => checks.filter((check) => check.verdict === verdict).length;
  const counts = (Object.keys(marks) as CisVerdict[])
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`);
  const examined = Object.entries(machines)
    .filter(([, ids]) => ids.length > 0)
    .map(([role, ids]) => `${ids.length} ${role}`);
  return [
    ...rows,
    "",
    `Examined machines: ${examined.join(", ")}`,
    `Cluster ${cluster} ${valid ? "meets" : "does not meet"} CIS Kubernetes Benchmark ${benchmark}: ${counts.join(", ")}`,
  ];
}
