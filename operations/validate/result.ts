/** What a validation finds, for people and for programs. Pure. */

/** What is looked at, in the order in which it is shown. */
export const areas = [
  "control plane",
  "etcd",
  "nodes",
  "system pods",
  "DNS",
  "certificates",
  "backups",
  "alarms",
] as const;

export type Area = (typeof areas)[number];

/**
 * `ok`; `warning`: somebody should look at it, but the cluster is as it should be; `failed`: it is not; `unknown`: nobody
 * could be asked, which is no better.
 */
export type Verdict = "ok" | "warning" | "failed" | "unknown";

export interface Check {
  readonly area: Area;
  readonly verdict: Verdict;
  /** What it is about: a machine, a pod, a certificate; the area itself where it is about all of it. */
  readonly subject: string;
  readonly message: string;
}

export interface Validation {
  readonly stack: string;
  readonly cluster: string;
  /** When it was looked at, ISO 8601. */
  readonly at: string;
  /** Whether nothing has failed and everybody could be asked. */
  readonly valid: boolean;
  readonly checks: readonly Check[];
}

/** An answer, or why there is none. */
export type FetchResult<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly problem: string };

/** What a question brings; what it throws is why there is no answer. */
export async function tryFetch<T>(question: () => Promise<T>): Promise<FetchResult<T>> {
  try {
    return { known: true, value: await question() };
  } catch (error) {
    return { known: false, problem: oneLine(error instanceof Error ? error.message : String(error)) };
  }
}

const oneLine = (text: string): string => text.trim().split("\n").at(-1)?.slice(0, 300) ?? "";

/** The checks of an answer, or that there is none. */
export function checksOf<T>(
  area: Area,
  subject: string,
  answer: FetchResult<T>,
  checks: (value: T) => readonly Check[],
): readonly Check[] {
  return answer.known ? checks(answer.value) : [{ area, verdict: "unknown", subject, message: answer.problem }];
}

/** What is wrong; or, where nothing is, that all is well. */
export function orSummary(area: Area, wrong: readonly Check[], message: string): readonly Check[] {
  return wrong.some(({ verdict }) => verdict === "failed" || verdict === "unknown")
    ? wrong
    : [{ area, verdict: "ok", subject: area, message }, ...wrong];
}

export function summarize(stack: string, cluster: string, at: Date, checks: readonly Check[]): Validation {
  const valid = checks.every(({ verdict }) => verdict === "ok" || verdict === "warning");
  return { stack, cluster, at: at.toISOString(), valid, checks };
}

const marks: Readonly<Record<Verdict, string>> = { ok: "✓", warning: "!", failed: "✗", unknown: "?" };

/** For reading: an area after the other, the summary last. */
export function describe({ cluster, checks, valid }: Validation): readonly string[] {
  const lines = areas.flatMap((area) => {
    const found = checks.filter((check) => check.area === area);
    if (found.length === 0) return [];
    return found.map(({ verdict, subject, message }, index) => {
      const title = (index === 0 ? area : "").padEnd(15);
      return `${title}${marks[verdict]} ${subject === area ? "" : `${subject}: `}${message}`;
    });
  });
  const count = (verdict: Verdict): number => checks.filter((check) => check.verdict === verdict).length;
  const [failed, unknown, warnings] = [count("failed"), count("unknown"), count("warning")];
  const bad = [failed > 0 && `${failed} failed`, unknown > 0 && `${unknown} could not be asked`].filter(Boolean);
  const also = warnings > 0 ? `; ${warnings} to look at` : "";
  return [
    ...lines,
    "",
    valid ? `Cluster ${cluster} is valid${also}` : `Cluster ${cluster} is not valid: ${bad.join(", ")}${also}`,
  ];
}
