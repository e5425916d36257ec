import { formatUsd } from "../../../policies/cost/usd";
import type { CostDifference } from "../../cost/costDifference";
import type { PlanCost, Range } from "../../cost/planCost";
import { describeNotes } from "../costNotes";
import { formatDifference } from "../terminal/describeCost";
import type { Content, Markup } from "./markup";
import { markup } from "./markup";
import { table } from "./table";

/** Monthly cost by component and by zone, the difference to another plan, and all items. */
export function costSection(cost: PlanCost, difference?: CostDifference): Content {
  const { warnings, notes } = describeNotes(cost);
  const { total } = cost;
  const changes = new Map(difference?.components.map((change) => [change.component, change]));
  return [
    markup`<p><b>${formatUsd(total.min)} to ${formatUsd(total.max)} USD per month</b>, with all pools at their minimum and at their maximum size.</p>\n`,
    difference &&
      markup`<p>Difference to the other plan: ${formatDifference(difference.min)} at the minimum, ${formatDifference(difference.max)} at the maximum.</p>\n`,
    warnings.map((warning) => markup`<p><span class="badge update">inexact</span> ${warning}</p>\n`),
    table(
      "Cost by component",
      ["Component", "Zones", ...bounds, ...(difference ? ["Difference, minimum", "Difference, maximum"].map(usd) : [])],
      [
        ...cost.components.map(({ component, zones, ...range }) => [
          component,
          zones.join(", "),
          ...amounts(range),
          ...(difference ? differences(changes.get(component)) : []),
        ]),
        ...removed(cost, difference),
      ],
    ),
    markup`<h3>By zone</h3>\n`,
    table(
      "Cost by zone",
      ["Zone", ...bounds],
      cost.zones.map(({ zone, ...range }) => [zone ?? "without a zone", ...amounts(range)]),
    ),
    markup`<details><summary>${cost.items.length} items</summary>${table(
      "Cost by resource",
      ["Component", "Resource", "Item", ...bounds],
      cost.items.map(({ component, resource, item, ...range }) => [component, resource, item, ...amounts(range)]),
    )}</details>\n`,
    notes.map((note) => markup`<p class="count">${note}</p>\n`),
  ];
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
