import type { Resource, Stack } from "../model/stack";
import type { PriceBook } from "./priceBook";

/** Amounts at the minimum and at the maximum size of all groups. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Monthly cost of one billed item of a resource. */
export interface CostItem extends Range {
  readonly resource: Resource;
  /** Name of the item, such as `instances, spot`. */
  readonly item: string;
}

/** Part of the cost that is unknown. */
export interface Unpriced {
  readonly resource: Resource;
  readonly reason: string;
}

/** State of an estimate. */
export interface Estimation {
  readonly stack: Stack;
  readonly prices: PriceBook;
  readonly regionOf: (resource: Resource) => string;
  /** Adds a monthly cost in USD; a plain number applies to the minimum and the maximum size. */
  readonly add: (resource: Resource, item: string, usd: Range | number) => void;
  readonly addUnpriced: (resource: Resource, reason: string) => void;
}

export const times = ({ min, max }: Range, factor: number): Range => ({ min: min * factor, max: max * factor });
