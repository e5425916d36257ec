import type { Outcome } from "../../../policies/model/evaluate";
import type { Verdicts } from "../../verdicts";
import type { Paint, Style, TerminalOptions } from "./style";
import { columns, terminalStyle } from "./style";

/** Of the resources that a rule speaks of, so many are named. */
const mostNames = 3;

interface Kind {
  readonly label: string;
  readonly paint: (style: Style) => Paint;
  readonly includes: (outcome: Outcome) => boolean;
}

/** What outcomes are called, the gravest first. */
const kinds: readonly Kind[] = [
  {
    label: "mandatory",
    paint: ({ red }) => red,
    includes: ({ verdict, level }) => verdict === "violation" && level === "mandatory",
  },
  {
    label: "advisory",
    paint: ({ yellow }) => yellow,
    includes: ({ verdict, level }) => verdict === "violation" && level !== "mandatory",
  },
  { label: "undecided", paint: ({ cyan }) => cyan, includes: ({ verdict }) => verdict === "undecided" },
  { label: "exempt", paint: ({ dim }) => dim, includes: ({ verdict }) => verdict === "exempt" },
];

/** What the policies say of a plan, for reading in a terminal: a line for each rule that speaks, and what it says. */
export function describeVerdicts({ environment, applied, outcomes }: Verdicts, options: TerminalOptions = {}): string {
  const style = terminalStyle(options.colour ?? false);
  const counts = kinds.map(({ label, includes }) => `${outcomes.filter(includes).length} ${label}`).join(", ");
  const rows = kinds.flatMap(({ label, paint, includes }) =>
    byRule(outcomes.filter(includes)).map((same) => ({ label, paint: paint(style), same })),
  );
  const lines = columns(rows.map(({ label, same }) => [`  ${label}`, same[0].rule, resourcesOf(same, options)]));
  return [
    style.bold(`Policies: ${applied} rules for ${environment}; ${counts}`),
    ...rows.flatMap(({ paint, same }, index) => [paint(lines[index] ?? ""), `    ${same[0].message}`]),
    "",
  ].join("\n");
}

type Some<T> = readonly [T, ...T[]];

function byRule(outcomes: readonly Outcome[]): readonly Some<Outcome>[] {
  const groups = new Map<string, [Outcome, ...Outcome[]]>();
  for (const outcome of outcomes) {
    const group = groups.get(outcome.rule);
    if (group === undefined) groups.set(outcome.rule, [outcome]);
    else group.push(outcome);
  }
  return [...groups.values()];
}

function resourcesOf(outcomes: readonly Outcome[], { all = false }: TerminalOptions): string {
  const names = [...new Set(outcomes.map(({ resource }) => resource?.name ?? "the stack"))];
  if (all || names.length <= mostNames) return names.join(", ");
  return `${names.slice(0, mostNames).join(", ")} and ${names.length - mostNames} more`;
}
