import { formatUsd } from "../../../policies/cost/usd";
import type { CostDifference } from "../../cost/costDifference";
import type { PlanCost, Range } from "../../cost/planCost";
import { describeNotes } from "../costNotes";
import { columns, terminalStyle, truncate } from "./style";
import type { Paint, TerminalOptions } from "./style";

/** Monthly cost for a terminal: components with their zones, sum, zones, and what the estimate leaves out. */
export function describeCost(cost: PlanCost, difference?: CostDifference, options: TerminalOptions = {}): string {
  const { bold, yellow } = terminalStyle(options.color ?? false);
  const width = options.width ?? Infinity;
  const letters = shortZones(cost.zones.flatMap(({ zone }) => zone ?? []));
  const table = alignRight([
    ["Cost per month in USD", "Zones", "Minimum", "Maximum"],
    ...cost.components.map(({ component, zones, ...range }) => [
      `  ${component}`,
      zones.map((zone) => letters.get(zone) ?? zone).join(" ") || "–",
      ...amounts(range),
    ]),
    ["  Sum", "", ...amounts(cost.total)],
    ["By zone", "", "", ""],
    ...cost.zones.map(({ zone, ...range }) => [`  ${zone ?? "without a zone"}`, "", ...amounts(range)]),
  ]);
  const { notes, warnings } = describeNotes(cost);
  const lines: readonly (readonly [line: string, paint: Paint])[] = [
    ...withHeadings([...table, ...(difference === undefined ? [] : differenceLines(difference))], bold),
    ...warnings.map((warning) => [`  ${warning}`, yellow] as const),
    ...notes.map((note) => [`  ${note}`, unstyled] as const),
  ];
  return `${lines.map(([line, paint]) => paint(truncate(line, width))).join("\n")}\n`;
}

const unstyled: Paint = (text) => text;

/** Lines without indentation are headings. */
const withHeadings = (lines: readonly string[], heading: Paint) =>
  lines.map((line) => [line, line.startsWith(" ") ? unstyled : heading] as const);

function differenceLines({ components, ...total }: CostDifference): readonly string[] {
  if (components.length === 0) return ["Difference: none"];
  return alignRight([
    ["Difference", "", "", ""],
    ...components.map(({ component, ...range }) => [`  ${component}`, "", ...signed(range)]),
    ["  Sum", "", ...signed(total)],
  ]);
}

const amounts = ({ min, max }: Range): readonly string[] => [formatUsd(min), formatUsd(max)];
const signed = ({ min, max }: Range): readonly string[] => [formatDifference(min), formatDifference(max)];

/** `+12.00`, `-12.00`, `0.00`. */
export const formatDifference = (usd: number): string => `${usd > 0 ? "+" : ""}${formatUsd(usd)}`;

/** Zones without the region if all are in one: `a` for `eu-central-1a`. */
function shortZones(zones: readonly string[]): ReadonlyMap<string, string> {
  const regions = new Set(zones.map((zone) => zone.slice(0, -1)));
  return new Map(zones.map((zone) => [zone, regions.size === 1 ? zone.slice(-1) : zone]));
}

/** Aligns the last two columns on the right. */
function alignRight(rows: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(...rows.flatMap((row) => row.slice(2).map((cell) => cell.length)));
  return columns(rows.map((row) => row.map((cell, index) => (index < 2 ? cell : cell.padStart(width)))));
}
