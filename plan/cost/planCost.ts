/** Monthly cost of a plan by component and by zone. */
import type { VpcSpec } from "../../components/network/settings";
import { assumptions, notIncluded } from "../../policies/cost/assumptions";
import { estimateCost, sum } from "../../policies/cost/estimate.plan";
import { createPriceBook } from "../../policies/cost/priceFiles";
import type { Range } from "../../policies/cost/types";
import { Resource, Stack } from "../../policies/model/stack";
import { aws } from "../../policies/model/types";
import { providerRegions } from "../providerRegions";
import type { PlainPlan, PlainResource } from "../report/planFile";

export type { Range } from "../../policies/cost/types";

/** USD per month at the minimum and the maximum size of all pools. */
export interface PlanCost {
  readonly total: Range;
  /** In the order of the plan. */
  readonly components: readonly ComponentCost[];
  /** Costs of each zone; `undefined` for resources without a zone. */
  readonly zones: readonly ZoneCost[];
  readonly items: readonly PlanCostItem[];
  /** Parts whose cost is unknown; the total lacks them. */
  readonly unpriced: readonly UnpricedPart[];
  /** Rates and instance types by region that use prices of us-east-1. */
  readonly replaced: Readonly<Record<string, readonly string[]>>;
  /** Sources of the instance prices. */
  readonly sources: readonly string[];
  /** Discount of spot instances, 0 to 1. */
  readonly spotDiscount: number;
  /** Costs that the estimate does not include, in words. */
  readonly notIncluded: string;
}

export interface ComponentCost extends Range {
  readonly component: string;
  /** Zones of its resources, sorted; empty if none has a zone. */
  readonly zones: readonly string[];
}

export interface ZoneCost extends Range {
  readonly zone: string | undefined;
}

export interface PlanCostItem extends Range {
  readonly resource: string;
  readonly component: string;
  readonly item: string;
}

export interface UnpricedPart {
  readonly resource: string;
  readonly reason: string;
}

export interface CostOptions {
  /** Zones by id of subnets that are not part of the plan. */
  readonly subnetZones?: ReadonlyMap<string, string>;
}

/** Zones by id of the subnets of an existing VPC. */
export function existingSubnetZones(vpc: VpcSpec): ReadonlyMap<string, string> {
  if (vpc.source !== "existing") return new Map();
  const entries = [vpc.privateSubnets, vpc.publicSubnets].flatMap((subnets) => Object.entries(subnets));
  return new Map(entries.map(([zone, id]) => [id, zone]));
}

export function costOf({ resources }: Pick<PlainPlan, "resources">, options: CostOptions = {}): PlanCost {
  const stack = stackOf(resources);
  const prices = createPriceBook();
  const { items, total, unpriced } = estimateCost(stack, prices);
  const componentOf = componentFinder(resources);
  const located = items.map(({ resource, item, min, max }) => ({
    resource: resource.name,
    component: componentOf(resource.subject.urn),
    item,
    zones: zonesOf(resource, stack, options.subnetZones ?? new Map<string, string>()),
    min,
    max,
  }));
  // In the order of the plan.
  const byComponent = new Map(resources.map(({ urn }) => [componentOf(urn), [] as (typeof located)[number][]]));
  for (const one of located) byComponent.get(one.component)?.push(one);
  const regions = new Set(items.map(({ resource }) => resource.region.string() ?? ""));
  return {
    total: inCents(total),
    components: [...byComponent]
      .filter(([, own]) => own.length > 0)
      .map(([component, own]) => ({
        component,
        zones: [...new Set(own.flatMap(({ zones }) => zones))].sort(),
        ...inCents(sum(own)),
      })),
    zones: zoneCosts(located),
    items: located.map(({ resource, component, item, min, max }) => ({
      resource,
      component,
      item,
      ...inCents({ min, max }),
    })),
    unpriced: unpriced.map(({ resource, reason }) => ({ resource: resource.name, reason })),
    replaced: Object.fromEntries(prices.replaced),
    sources: [...new Set([...regions].flatMap((region) => prices.sourcesOf(region)))],
    spotDiscount: assumptions.spotDiscount,
    notIncluded,
  };
}

function zoneCosts(items: readonly (Range & { readonly zones: readonly string[] })[]): readonly ZoneCost[] {
  const zones = [...new Set(items.flatMap((item) => item.zones))].sort();
  // The cost of a resource in several zones is divided equally among them.
  const costIn = (zone: string): ZoneCost => ({
    zone,
    ...inCents(
      sum(
        items
          .filter((item) => item.zones.includes(zone))
          .map(({ min, max, zones: all }) => ({ min: min / all.length, max: max / all.length })),
      ),
    ),
  });
  const regional = sum(items.filter((item) => item.zones.length === 0));
  return [...zones.map(costIn), { zone: undefined, ...inCents(regional) }];
}

/** Rounded to cents. */
export const inCents = ({ min, max }: Range): Range => ({
  min: Math.round(min * 100) / 100,
  max: Math.round(max * 100) / 100,
});

function stackOf(resources: readonly PlainResource[]): Stack {
  const regions = providerRegions(resources);
  return new Stack(
    resources
      .filter(({ type }) => type.startsWith("aws:"))
      .map(
        ({ urn, type, name, id, inputs, outputs, provider }) =>
          new Resource({
            urn,
            type,
            name,
            inputs,
            protect: false,
            defaultTags: undefined,
            region: regions.get(provider ?? ""),
            propertyDependencies: {},
            identifiers: [id, outputs.arn].filter((text) => typeof text === "string"),
          }),
      ),
  );
}

/** Types of nested components that have their own row. */
const ownRows: ReadonlySet<string> = new Set(["holdfast:index:WorkerPool"]);

/** Types of the resources that contain the components: they have no row. */
const roots: ReadonlySet<string> = new Set(["pulumi:pulumi:Stack", "holdfast:index:Cluster"]);

/** Finds the component that a cost belongs to: a pool, otherwise the outermost component inside of the cluster. */
function componentFinder(resources: readonly PlainResource[]): (urn: string) => string {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const outermost = (resource: PlainResource): PlainResource => {
    const parent = byUrn.get(resource.parent ?? "");
    return parent === undefined || roots.has(parent.type) || ownRows.has(resource.type) ? resource : outermost(parent);
  };
  return (urn) => {
    const resource = byUrn.get(urn);
    return resource === undefined ? "" : outermost(resource).name;
  };
}

/** Inputs with the subnets of a resource. Its cost is divided equally among their zones. */
const subnetInputs = ["vpcZoneIdentifiers", "subnetId", "subnetIds"];

function zonesOf(resource: Resource, stack: Stack, others: ReadonlyMap<string, string>): readonly string[] {
  const zone = resource.at("availabilityZone").string();
  if (zone !== undefined) return [zone];
  if (resource.type === aws.eip)
    return stack.referencing(resource, "allocationId", aws.natGateway).flatMap((nat) => zonesOf(nat, stack, others));
  return subnetInputs.flatMap((input) => {
    const planned = stack.referencedBy(resource, input, aws.subnet);
    return planned.length > 0
      ? planned.flatMap((subnet) => subnet.at("availabilityZone").string() ?? [])
      : resource
          .at(input)
          .knownStrings()
          .flatMap((id) => others.get(id) ?? []);
  });
}
