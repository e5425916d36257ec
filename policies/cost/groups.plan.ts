import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import { UnknownInputError } from "../model/value";
import type { Value } from "../model/value";
import { assumptions } from "./assumptions";
import type { System } from "./priceBook";
import { isGeneralPurpose, matcherOf, priceProtection } from "./requirements.plan";
import { times } from "./types";
import type { Estimation, Range } from "./types";
import { volumePrice } from "./volumes.plan";

/** Tag by which the Cluster Autoscaler knows the operating system of a group's nodes. */
const systemTag = "k8s.io/cluster-autoscaler/node-template/label/kubernetes.io/os";

/** Hourly prices of the instance types that a group may use, the lowest and the highest. */
interface Hourly {
  readonly lowest: number;
  readonly highest: number;
}

/** Adds the cost of an Auto Scaling group. @returns its minimum and maximum number of instances. */
export function priceGroup(group: Resource, estimation: Estimation): Range {
  const { stack, prices, regionOf, add, addUnpriced } = estimation;
  const size = { min: group.at("minSize").number() ?? 0, max: group.at("maxSize").number() ?? 0 };
  const template =
    stack.referencedBy(group, "launchTemplate", aws.launchTemplate)[0] ??
    stack.referencedBy(group, "mixedInstancesPolicy", aws.launchTemplate)[0];
  if (template === undefined) {
    addUnpriced(group, "its launch template is not part of the stack");
    return size;
  }
  const region = regionOf(group);
  const hourly = hourlyPrices(group, template, estimation);
  const { hoursPerMonth, spotDiscount } = assumptions;
  if (hourly !== undefined) {
    const [least, most] = [split(group, size.min), split(group, size.max)];
    const monthly = (part: (numbers: typeof least) => number, factor: number): Range => ({
      min: part(least) * hourly.lowest * hoursPerMonth * factor,
      max: part(most) * hourly.highest * hoursPerMonth * factor,
    });
    const onDemand = monthly((numbers) => numbers.onDemand, 1);
    const spot = monthly((numbers) => numbers.spot, 1 - spotDiscount);
    if (onDemand.max > 0) add(group, "instances, on demand", onDemand);
    if (spot.max > 0) add(group, "instances, spot", spot);
  }
  const warm = warmSize(group, size);
  if (warm.max > 0 || warm.min > 0) priceRunningWarmPool(group, warm, hourly, estimation);
  const disks = { min: size.min + warm.min, max: size.max + warm.max };
  for (const disk of template.at("blockDeviceMappings").items()) {
    const ebs = disk.at("ebs");
    if (ebs.absent) continue;
    const inputs = {
      type: ebs.at("volumeType"),
      size: ebs.at("volumeSize"),
      iops: ebs.at("iops"),
      throughput: ebs.at("throughput"),
    };
    const price = volumePrice(inputs, prices, region);
    if (typeof price === "string") addUnpriced(group, price);
    else add(group, "volumes of instances", times(disks, price));
  }
  if (template.at("monitoring", "enabled").boolean() === true) {
    const price = assumptions.detailedMetricsPerInstance * prices.rate("metric", region);
    add(group, "detailed monitoring", times(size, price));
  }
  return size;
}

/** Lowest and highest hourly price of a group's instance types; undefined if no type has a price. */
function hourlyPrices(group: Resource, template: Resource, estimation: Estimation): Hourly | undefined {
  const { prices, regionOf, addUnpriced } = estimation;
  const region = regionOf(group);
  const system = systemOf(group, template);
  const overrides = group.at("mixedInstancesPolicy", "launchTemplate", "overrides").items();
  const named = overrides.flatMap((override) => override.at("instanceType").string() ?? []);
  const required = overrides.map((override) => override.at("instanceRequirements")).filter((one) => !one.absent);
  const templateType = template.at("instanceType").string();
  const types = named.length === 0 && required.length === 0 && templateType !== undefined ? [templateType] : named;
  const found = types.map((type) => [type, prices.instance(type, system, region)] as const);
  const missing = found.filter(([, price]) => price === undefined).map(([type]) => type);
  if (missing.length > 0) addUnpriced(group, `no price of ${missing.join(", ")} (${systemNames[system]}) in ${region}`);
  const selected = required.flatMap((requirements) => selectPrices(group, requirements, system, estimation));
  if (required.length > 0 && selected.length === 0)
    addUnpriced(group, `no instance type with a price in ${region} meets its requirements`);
  const all = [...found.flatMap(([, price]) => price ?? []), ...selected];
  return all.length === 0 ? undefined : { lowest: Math.min(...all), highest: Math.max(...all) };
}

/** Operating system of a group: Windows if the tag or user data in PowerShell shows it. Linux if user data is still unknown. */
function systemOf(group: Resource, template: Resource): System {
  if (group.tag(systemTag) === "windows") return "windows";
  try {
    const userData = Buffer.from(template.at("userData").string() ?? "", "base64").toString("utf8");
    return userData.startsWith("<powershell>") ? "windows" : "linux";
  } catch (error) {
    if (!(error instanceof UnknownInputError)) throw error;
    return "linux";
  }
}

const systemNames = { linux: "Linux", windows: "Windows" } as const;

/** Prices of the types that AWS may choose for requirements. */
function selectPrices(
  group: Resource,
  requirements: Value,
  system: System,
  { prices, regionOf }: Estimation,
): readonly number[] {
  const region = regionOf(group);
  const matches = matcherOf(requirements);
  const found = prices
    .typesIn(region, system)
    .filter(([type, size]) => matches(type, size))
    .map(([type]) => ({ type, price: prices.instance(type, system, region) ?? Infinity }));
  const usual = found.filter(({ type }) => isGeneralPurpose(type));
  const lowest = Math.min(...(usual.length > 0 ? usual : found).map(({ price }) => price));
  const factor = percentOnDemand(group) < 100 ? priceProtection.spot : priceProtection.onDemand;
  return found.map(({ price }) => price).filter((price) => price <= lowest * factor);
}

const distributionOf = (group: Resource): Value => group.at("mixedInstancesPolicy", "instancesDistribution");

/** Percentage of on-demand instances above the base capacity. Default: 100, as in AWS. */
const percentOnDemand = (group: Resource): number =>
  distributionOf(group).at("onDemandPercentageAboveBaseCapacity").number() ?? 100;

/** On-demand and spot instances among a number of instances; AWS rounds in favor of on-demand instances. */
function split(group: Resource, count: number): { readonly onDemand: number; readonly spot: number } {
  const base = Math.min(count, distributionOf(group).at("onDemandBaseCapacity").number() ?? 0);
  const onDemand = base + Math.ceil(((count - base) * percentOnDemand(group)) / 100);
  return { onDemand, spot: count - onDemand };
}

/**
 * Instances of a warm pool: prepared capacity minus size of the group, but at least the minimum of the pool.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
 */
function warmSize(group: Resource, size: Range): Range {
  const pool = group.at("warmPool");
  if (pool.absent) return { min: 0, max: 0 };
  const prepared = pool.at("maxGroupPreparedCapacity").number();
  const capacity = prepared === undefined || prepared < 0 ? size.max : prepared;
  const minimum = pool.at("minSize").number() ?? 0;
  return { min: Math.max(minimum, capacity - size.min), max: Math.max(minimum, capacity - size.max) };
}

/** Adds the cost of the instances of a running warm pool. Stopped and hibernated instances cost only their volumes. */
function priceRunningWarmPool(group: Resource, warm: Range, hourly: Hourly | undefined, { add }: Estimation): void {
  if (group.at("warmPool", "poolState").string() !== "Running" || hourly === undefined) return;
  const { hoursPerMonth } = assumptions;
  add(group, "instances, warm pool", {
    min: warm.min * hourly.lowest * hoursPerMonth,
    max: warm.max * hourly.highest * hoursPerMonth,
  });
}
