import type { Outcome } from "../../policies/model/evaluate";

/** Label of an outcome in reports. */
export type VerdictLabel = "mandatory" | "advisory" | "undecided" | "exempt";

export type Some<T> = readonly [T, ...T[]];

/** Outcomes of one rule with the same label. */
export interface RuleVerdict {
  readonly label: VerdictLabel;
  readonly outcomes: Some<Outcome>;
}

const kinds: readonly (readonly [VerdictLabel, (outcome: Outcome) => boolean])[] = [
  ["mandatory", ({ verdict, level }) => verdict === "violation" && level === "mandatory"],
  ["advisory", ({ verdict, level }) => verdict === "violation" && level !== "mandatory"],
  ["undecided", ({ verdict }) => verdict === "undecided"],
  ["exempt", ({ verdict }) => verdict === "exempt"],
];

/** `0 mandatory, 3 advisory, …`, most severe first. */
export function countVerdicts(outcomes: readonly Outcome[]): string {
  return kinds.map(([label, includes]) => `${outcomes.filter(includes).length} ${label}`).join(", ");
}

/** Outcomes by label and rule, most severe first. */
export function groupVerdicts(outcomes: readonly Outcome[]): readonly RuleVerdict[] {
  return kinds.flatMap(([label, includes]) =>
    byRule(outcomes.filter(includes)).map((same) => ({ label, outcomes: same })),
  );
}

/** Names of the resources of outcomes. */
export const resourcesIn = (outcomes: readonly Outcome[]): readonly string[] => [
  ...new Set(outcomes.map(({ resource }) => resource?.name ?? "the stack")),
];

function byRule(outcomes: readonly Outcome[]): readonly Some<Outcome>[] {
  const groups = new Map<string, [Outcome, ...Outcome[]]>();
  for (const outcome of outcomes) {
    const group = groups.get(outcome.rule);
    if (group === undefined) groups.set(outcome.rule, [outcome]);
    else group.push(outcome);
  }
  return [...groups.values()];
}
