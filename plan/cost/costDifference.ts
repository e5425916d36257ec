import { inCents } from "./planCost";
import type { ComponentCost, PlanCost, Range } from "./planCost";

/** Difference of the monthly cost between two plans. */
export interface CostDifference extends Range {
  readonly before: Range;
  readonly after: Range;
  /** Components whose cost changes; new and removed ones cost nothing in the other plan. */
  readonly components: readonly (Range & { readonly component: string })[];
}

const none: Range = { min: 0, max: 0 };

export function costDifference(before: PlanCost, after: PlanCost): CostDifference {
  const names = [...new Set([...after.components, ...before.components].map(({ component }) => component))];
  const rangeIn = ({ components }: { readonly components: readonly ComponentCost[] }, name: string): Range =>
    components.find(({ component }) => component === name) ?? none;
  return {
    before: before.total,
    after: after.total,
    ...minus(after.total, before.total),
    components: names
      .map((component) => ({ component, ...minus(rangeIn(after, component), rangeIn(before, component)) }))
      .filter(({ min, max }) => min !== 0 || max !== 0),
  };
}

const minus = (left: Range, right: Range): Range => inCents({ min: left.min - right.min, max: left.max - right.max });
