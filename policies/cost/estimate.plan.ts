import type { Resource, Stack } from "../model/stack";
import { aws } from "../model/types";
import { assumptions } from "./assumptions";
import { priceGroup } from "./groups.plan";
import type { PriceBook } from "./priceBook";
import { referenceRegion } from "./rates";
import { pricings } from "./resources.plan";
import { times } from "./types";
import type { CostItem, Estimation, Range, Unpriced } from "./types";

/** Monthly cost of a stack in USD. */
export interface Estimate {
  readonly items: readonly CostItem[];
  readonly unpriced: readonly Unpriced[];
  readonly total: Range;
}

/** Types with a price. */
export const pricedTypes: readonly string[] = [aws.autoscalingGroup, ...Object.keys(pricings)];

/**
 * Monthly cost of the AWS resources of a stack, with all groups at their minimum and at their maximum size.
 *
 * @throws UnknownInputError if a price depends on an input that is unknown before the update.
 */
export function estimateCost(stack: Stack, prices: PriceBook): Estimate {
  const items: CostItem[] = [];
  const unpriced = new Map<string, Unpriced>();
  const estimation: Estimation = {
    stack,
    prices,
    regionOf: ({ region }) => region.string() ?? referenceRegion,
    add(resource, item, usd) {
      const range = typeof usd === "number" ? { min: usd, max: usd } : usd;
      items.push({ resource, item, ...range });
    },
    addUnpriced(resource, reason) {
      unpriced.set(`${resource.subject.urn} ${reason}`, { resource, reason });
    },
  };
  const isCovered = (resource: Resource): boolean => {
    const region = estimation.regionOf(resource);
    if (prices.covers(region)) return true;
    // The key is the region, so that the estimate reports it once, not once per resource.
    unpriced.set(region, { resource, reason: `no prices in USD for ${region}, because AWS China bills in CNY` });
    return false;
  };
  const groups = stack.ofType(aws.autoscalingGroup).filter(isCovered);
  const sizes = groups.map((group) => priceGroup(group, estimation));
  for (const [index, group] of groups.entries()) priceZoneTransfer(group, sizes[index] ?? none, estimation);
  const instances = sum(sizes);
  for (const [type, price] of Object.entries(pricings)) {
    for (const resource of stack.ofType(type).filter(isCovered)) price(resource, { estimation, instances });
  }
  return { items, unpriced: [...unpriced.values()], total: sum(items) };
}

/** Adds the cost of traffic between zones. AWS bills each GB twice: as outbound and as inbound traffic. */
function priceZoneTransfer(group: Resource, size: Range, { stack, prices, regionOf, add }: Estimation): void {
  const zones = new Set(stack.ofType(aws.subnet).map((subnet) => subnet.at("availabilityZone").string()));
  if (zones.size === 1) return;
  const directions = 2;
  const price = directions * prices.rate("zoneTransfer", regionOf(group));
  add(group, "traffic between zones", times(size, assumptions.zoneTransferGBPerInstance * price));
}

const none: Range = { min: 0, max: 0 };

/** Sum of amounts. */
export const sum = (ranges: readonly Range[]): Range =>
  ranges.reduce((total, { min, max }) => ({ min: total.min + min, max: total.max + max }), none);
