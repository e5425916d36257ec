import type { Verdicts } from "../../verdicts";
import { countVerdicts, groupVerdicts, resourcesIn } from "../verdictGroups";
import type { RuleVerdict, VerdictLabel } from "../verdictGroups";
import type { Paint, Style, TerminalOptions } from "./style";
import { columns, terminalStyle } from "./style";

/** Number of resources shown per rule. */
const maxNames = 3;

const paints: Readonly<Record<VerdictLabel, (style: Style) => Paint>> = {
  mandatory: ({ red }) => red,
  advisory: ({ yellow }) => yellow,
  undecided: ({ cyan }) => cyan,
  exempt: ({ dim }) => dim,
};

/** Verdicts of the policies for a terminal: rule, resources and message. */
export function describeVerdicts({ environment, applied, outcomes }: Verdicts, options: TerminalOptions = {}): string {
  const style = terminalStyle(options.color ?? false);
  const rows = groupVerdicts(outcomes);
  const lines = columns(rows.map((row) => [`  ${row.label}`, row.outcomes[0].rule, resourcesOf(row, options)]));
  return [
    style.bold(`Policies: ${applied} rules for ${environment}; ${countVerdicts(outcomes)}`),
    ...rows.flatMap((row, index) => [paints[row.label](style)(lines[index] ?? ""), `    ${row.outcomes[0].message}`]),
    "",
  ].join("\n");
}

function resourcesOf({ outcomes }: RuleVerdict, { all = false }: TerminalOptions): string {
  const names = resourcesIn(outcomes);
  if (all || names.length <= maxNames) return names.join(", ");
  return `${names.slice(0, maxNames).join(", ")} and ${names.length - maxNames} more`;
}
