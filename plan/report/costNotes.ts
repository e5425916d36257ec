import type { PlanCost } from "../cost/planCost";

/** Notes on an estimate, and warnings about parts that are missing or inexact; the same in the terminal and the HTML report. */
export function describeNotes(cost: PlanCost): {
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
} {
  const { sources, spotDiscount, notIncluded, replaced, unpriced } = cost;
  return {
    warnings: [
      ...unpriced.map(({ resource, reason }) => `Not included: ${resource}: ${reason}`),
      ...Object.entries(replaced).map(
        ([region, names]) => `Estimated with prices of us-east-1, for lack of prices of ${region}: ${names.join(", ")}`,
      ),
    ],
    notes: [
      `Spot instances at ${Math.round(spotDiscount * 100)} % discount; traffic and requests by the assumptions in docs/cost.md.`,
      ...(sources.length > 0 ? [`Instance prices: ${sources.join("; ")}.`] : []),
      `Not included: ${notIncluded}.`,
    ],
  };
}
