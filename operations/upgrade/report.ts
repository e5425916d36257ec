/** Findings as text. */
import { type Finding, type Verdict, isBlocked } from "./checkUpgrade";

const marks: Readonly<Record<Verdict, string>> = { ok: "✓", advisory: "!", blocking: "✗", unknown: "?" };

export function formatFindings(cluster: string, to: string, findings: readonly Finding[]): readonly string[] {
  const lines = findings.map(({ verdict, area, message }, index) => {
    const title = findings[index - 1]?.area === area ? "" : area;
    return `${title.padEnd(20)}${marks[verdict]} ${message}`;
  });
  const count = (verdict: Verdict): number => findings.filter((each) => each.verdict === verdict).length;
  const counts = (["blocking", "unknown", "advisory"] as const).filter((verdict) => count(verdict) > 0);
  const detail = counts.length === 0 ? "" : `: ${counts.map((verdict) => `${count(verdict)} ${verdict}`).join(", ")}`;
  return [
    ...lines,
    "",
    `Cluster ${cluster} is ${isBlocked(findings) ? "not " : ""}ready for Kubernetes ${to}${detail}`,
  ];
}
