/** Results of a validation, as data and as text. Pure. */
import { messageOf } from "../../cli/program";

/** Areas in the order of the report. */
export const areas = [
  "control plane",
  "etcd",
  "nodes",
  "images",
  "system pods",
  "DNS",
  "certificates",
  "backups",
  "alarms",
] as const;

export type Area = (typeof areas)[number];

/** `warning`: the cluster is valid, but needs attention; `unknown`: the check could not run, which counts as failed. */
export type Verdict = "ok" | "warning" | "failed" | "unknown";

export interface Check {
  readonly area: Area;
  readonly verdict: Verdict;
  /** Instance, pod or certificate; the area itself for a check of the whole area. */
  readonly subject: string;
  readonly message: string;
}

export interface Validation {
  readonly stack: string;
  readonly cluster: string;
  /** Time of the validation, ISO 8601. */
  readonly at: string;
  /** All checks ran, and none failed. */
  readonly valid: boolean;
  readonly checks: readonly Check[];
}

/** Constructors for the checks of an area. */
export function inArea<A extends Area>(area: A) {
  const check =
    (verdict: Verdict) =>
    (subject: string, message: string): Check => ({ area, verdict, subject, message });
  return { area, ok: check("ok"), warning: check("warning"), failed: check("failed") };
}

/** Fetched value, or the reason why it could not be fetched. */
export type FetchResult<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly problem: string };

export async function tryFetch<T>(fetch: () => Promise<T>): Promise<FetchResult<T>> {
  try {
    return { known: true, value: await fetch() };
  } catch (error) {
    return { known: false, problem: lastLine(messageOf(error)) };
  }
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.slice(0, 300) ?? "";

/** Checks of a fetched value; a check with verdict `unknown` if it could not be fetched. */
export function checksOf<T>(
  area: Area,
  subject: string,
  result: FetchResult<T>,
  checks: (value: T) => readonly Check[],
): readonly Check[] {
  return result.known ? checks(result.value) : [{ area, verdict: "unknown", subject, message: result.problem }];
}

/** Adds a summary with verdict `ok` if no check failed. */
export function orSummary(area: Area, checks: readonly Check[], message: string): readonly Check[] {
  return checks.some(({ verdict }) => verdict === "failed" || verdict === "unknown")
    ? checks
    : [{ area, verdict: "ok", subject: area, message }, ...checks];
}

export function summarize(stack: string, cluster: string, at: Date, checks: readonly Check[]): Validation {
  const valid = checks.every(({ verdict }) => verdict === "ok" || verdict === "warning");
  return { stack, cluster, at: at.toISOString(), valid, checks };
}

const marks: Readonly<Record<Verdict, string>> = { ok: "✓", warning: "!", failed: "✗", unknown: "?" };

/** Report: one line per check by area, then a summary. */
export function formatValidation({ cluster, checks, valid }: Validation): readonly string[] {
  const lines = areas.flatMap((area) =>
    checks
      .filter((check) => check.area === area)
      .map(({ verdict, subject, message }, index) => {
        const title = (index === 0 ? area : "").padEnd(15);
        return `${title}${marks[verdict]} ${subject === area ? "" : `${subject}: `}${message}`;
      }),
  );
  const count = (verdict: Verdict): number => checks.filter((check) => check.verdict === verdict).length;
  const counts = (["failed", "unknown", "warning"] as const).filter((verdict) => count(verdict) > 0);
  const summary = counts.map((verdict) => `${count(verdict)} ${verdict}`).join(", ");
  const detail = summary === "" ? "" : `: ${summary}`;
  return [...lines, "", `Cluster ${cluster} is ${valid ? "valid" : "not valid"}${detail}`];
}
