import { formatUsd } from "../../../policies/cost/usd";
import type { CostDifference } from "../../cost/costDifference";
import type { PlanCost, Range } from "../../cost/planCost";
import { describeNotes } from "../costNotes";
import { formatDifference } from "../terminal/describeCost";
import { barRows } from "./chart/barRows";
import type { Content, Markup } from "./markup";
import { markup } from "./markup";
import { table } from "./table";

/** Monthly cost by component and by zone, the difference to another plan, and all items: charts, then the figures. */
export function costSection(cost: PlanCost, difference?: CostDifference): Content {
  const { warnings, notes } = describeNotes(cost);
  const { total } = cost;
  const zones = cost.zones.map(({ zone, ...range }) => ({ ...range, label: zone ?? "without a zone" }));
  const changes = new Map(difference?.components.map((change) => [change.component, change]));
  return [
    markup`<p><b>${formatUsd(total.min)} to ${formatUsd(total.max)} USD per month</b>, with all pools at their minimum and at their maximum size.</p>\n`,
    difference &&
      markup`<p>Difference to the other plan: ${formatDifference(difference.min)} at the minimum, ${formatDifference(difference.max)} at the maximum.</p>\n`,
    difference && difference.components.length > 0 && differenceChart(difference),
    warnings.map((warning) => markup`<p><span class="badge update">inexact</span> ${warning}</p>\n`),
    markup`<h3>By component</h3>\n`,
    costChart(
      "component",
      cost.components.map(({ component, ...range }) => ({ ...range, label: component })),
    ),
    table(
      "Cost by component",
      ["Component", "Zones", ...bounds, ...(difference ? ["Difference, minimum", "Difference, maximum"].map(usd) : [])],
      [
        ...cost.components.map(({ component, zones, ...range }) => [
          component,
          zones.map((zone, index) => markup`<span class="whole">${zone}${index + 1 < zones.length && ","}</span> `),
          ...amounts(range),
          ...(difference ? differences(changes.get(component)) : []),
        ]),
        ...removed(cost, difference),
      ],
    ),
    markup`<h3>By zone</h3>\n`,
    costChart("zone", zones),
    table(
      "Cost by zone",
      ["Zone", ...bounds],
      zones.map(({ label, ...range }) => [label, ...amounts(range)]),
    ),
    markup`<details><summary>${cost.items.length} items</summary>${table(
      "Cost by resource",
      ["Component", "Resource", "Item", ...bounds],
      cost.items.map(({ component, resource, item, ...range }) => [component, resource, item, ...amounts(range)]),
    )}</details>\n`,
    notes.map((note) => markup`<p class="count">${note}</p>\n`),
  ];
}

interface LabeledRange extends Range {
  readonly label: string;
}

/** Chart of the amounts of components or zones. */
const costChart = (kind: string, parts: readonly LabeledRange[]): Content => [
  rangeChart(
    { id: `cost-${kind}`, title: `Cost per month in USD by ${kind}` },
    parts.filter(({ max }) => max > 0),
    formatUsd,
  ),
  legend,
];

const differenceChart = ({ components }: CostDifference): Content => [
  markup`<h3>Difference by component</h3>\n`,
  rangeChart(
    { id: "cost-difference", title: "Difference of the cost per month in USD by component" },
    components.map(({ component, ...range }) => ({ ...range, label: component })),
    formatDifference,
  ),
  legend,
];

const legend = markup`<p class="count">Filled bars: all pools at their minimum size. Dashed bars: at their maximum size.</p>\n`;

/** Bars from zero to the amounts, largest first. */
function rangeChart(
  texts: { readonly id: string; readonly title: string },
  parts: readonly LabeledRange[],
  format: (usd: number) => string,
): Markup {
  const size = ({ min, max }: Range): number => Math.max(Math.abs(min), Math.abs(max));
  const rows = parts
    .toSorted((left, right) => size(right) - size(left))
    .map(({ label, min, max }) => ({
      label,
      value: min === max ? format(min) : `${format(min)} to ${format(max)}`,
      bars: [
        { from: 0, to: min, kind: "least", text: `${label}, minimum: ${format(min)}` },
        ...(min === max ? [] : [{ from: 0, to: max, kind: "most", text: `${label}, maximum: ${format(max)}` }]),
      ],
    }));
  return barRows({ ...texts, description: rows.map(({ label, value }) => `${label}: ${value}`).join("; ") }, rows);
}

/** Amount, or heading of amounts. */
const usd = (text: string): Markup => markup`<span class="usd">${text}</span>`;

const bounds = ["Minimum", "Maximum"].map(usd);

const amounts = ({ min, max }: Range): readonly Markup[] => [usd(formatUsd(min)), usd(formatUsd(max))];
const differences = (range: Range = { min: 0, max: 0 }): readonly Markup[] => [
  usd(formatDifference(range.min)),
  usd(formatDifference(range.max)),
];

/** Rows of the components that only the other plan has. */
function removed({ components }: PlanCost, difference: CostDifference | undefined): readonly (readonly Content[])[] {
  const present = new Set(components.map(({ component }) => component));
  return (difference?.components ?? [])
    .filter(({ component }) => !present.has(component))
    .map((change) => [change.component, "", ...amounts({ min: 0, max: 0 }), ...differences(change)]);
}
