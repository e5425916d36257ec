import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import { UnknownInputError } from "../model/value";
import { assumptions } from "./assumptions";
import { times } from "./types";
import type { Estimation, Range } from "./types";
import { volumePrice } from "./volumes.plan";

/** Input of a pricing function in addition to the resource. */
export interface Usage {
  readonly estimation: Estimation;
  /** Instances of all groups. */
  readonly instances: Range;
}

type Pricing = (resource: Resource, usage: Usage) => void;

const { hoursPerMonth } = assumptions;

/** Prices of resource types other than Auto Scaling groups, by type token. */
export const pricings: Readonly<Record<string, Pricing>> = {
  [aws.volume]: (volume, { estimation: { prices, regionOf, add, addUnpriced } }) => {
    const inputs = {
      type: volume.at("type"),
      size: volume.at("size"),
      iops: volume.at("iops"),
      throughput: volume.at("throughput"),
    };
    const price = volumePrice(inputs, prices, regionOf(volume));
    if (typeof price === "string") addUnpriced(volume, price);
    else add(volume, "volume", price);
  },

  [aws.natGateway]: (gateway, usage) => {
    const { prices, regionOf, add } = usage.estimation;
    const region = regionOf(gateway);
    add(gateway, "NAT gateway", hoursPerMonth * prices.rate("natGatewayHour", region));
    const data = shareOf(gateway, usage, assumptions.natGBPerInstance);
    add(gateway, "traffic through NAT", times(data, prices.rate("natGatewayData", region)));
  },

  [aws.eip]: (address, { estimation: { prices, regionOf, add } }) => {
    add(address, "public IPv4 address", hoursPerMonth * prices.rate("publicIpv4Hour", regionOf(address)));
  },

  [aws.loadBalancer]: (balancer, { estimation, instances }) => {
    const { prices, regionOf, add, addUnpriced } = estimation;
    const kind = balancer.at("loadBalancerType").string() ?? "application";
    if (kind !== "network") {
      addUnpriced(balancer, `load balancers of type ${kind} have no price in the table`);
      return;
    }
    const region = regionOf(balancer);
    add(balancer, "network load balancer", hoursPerMonth * prices.rate("networkLoadBalancerHour", region));
    const { apiGBPerInstance, gbPerLoadBalancerUnit } = assumptions;
    const units = times(instances, apiGBPerInstance / gbPerLoadBalancerUnit);
    add(balancer, "capacity units", times(units, prices.rate("networkLoadBalancerUnit", region)));
    if (balancer.at("internal").boolean() === true) return;
    const addresses = countSubnets(balancer, "subnets", estimation);
    add(balancer, "public IPv4 addresses", addresses * hoursPerMonth * prices.rate("publicIpv4Hour", region));
  },

  [aws.vpcEndpoint]: (endpoint, usage) => {
    const { prices, regionOf, add } = usage.estimation;
    if (!isInterface(endpoint)) return;
    const region = regionOf(endpoint);
    const zones = countSubnets(endpoint, "subnetIds", usage.estimation);
    add(endpoint, "interface endpoint", zones * hoursPerMonth * prices.rate("endpointHour", region));
    const data = shareOf(endpoint, usage, assumptions.endpointGBPerInstance, isInterface);
    add(endpoint, "traffic through endpoints", times(data, prices.rate("endpointData", region)));
  },

  [aws.key]: (key, { estimation: { prices, regionOf, add } }) => {
    const region = regionOf(key);
    add(key, "KMS key", prices.rate("kmsKey", region));
    add(key, "KMS requests", assumptions.kmsRequests * prices.rate("kmsRequests", region));
  },

  "aws:route53/zone:Zone": (zone, { estimation: { prices, regionOf, add } }) => {
    const region = regionOf(zone);
    add(zone, "hosted zone", prices.rate("hostedZone", region));
    add(zone, "DNS queries", assumptions.dnsQueries * prices.rate("dnsQueries", region));
  },

  [aws.bucket]: (bucket, { estimation: { prices, regionOf, add } }) => {
    const region = regionOf(bucket);
    add(bucket, "S3 storage", assumptions.bucketGB * prices.rate("s3Storage", region));
    const { bucketReads, bucketWrites } = assumptions;
    const requests = bucketWrites * prices.rate("s3Writes", region) + bucketReads * prices.rate("s3Reads", region);
    add(bucket, "S3 requests", requests);
  },

  [aws.metricAlarm]: (alarm, { estimation }) => {
    const { prices, regionOf, add } = estimation;
    const region = regionOf(alarm);
    add(alarm, "alarm", prices.rate("alarm", region));
    // AWS's own metrics are free; several alarms may read one metric.
    if (isCustomMetric(alarm) && firstAlarmOf(alarm, estimation) === alarm)
      add(alarm, "custom metric", prices.rate("metric", region));
  },

  [aws.logGroup]: (group, { estimation: { prices, regionOf, add }, instances }) => {
    const region = regionOf(group);
    const entries = times(instances, assumptions.logGBPerInstance);
    add(group, "log entries", times(entries, prices.rate("logIngestion", region)));
    const months = (group.at("retentionInDays").number() ?? 0) / assumptions.daysPerMonth;
    const stored = times(entries, assumptions.logCompression * months);
    add(group, "log storage", times(stored, prices.rate("logStorage", region)));
  },

  [aws.parameter]: (parameter, { estimation: { prices, regionOf, add } }) => {
    // A parameter with intelligent tiering becomes an advanced one above 4 KiB.
    if (!["Advanced", "Intelligent-Tiering"].includes(parameter.at("tier").string() ?? "")) return;
    add(parameter, "advanced parameter", prices.rate("advancedParameter", regionOf(parameter)));
  },
};

/** Part of the instances' traffic that one of several gateways or endpoints carries, in GB. */
function shareOf(
  { type }: Resource,
  { estimation: { stack }, instances }: Usage,
  gbPerInstance: number,
  carries: (resource: Resource) => boolean = () => true,
): Range {
  return times(instances, gbPerInstance / stack.ofType(type).filter(carries).length);
}

const isInterface = (endpoint: Resource): boolean => endpoint.at("vpcEndpointType").string() === "Interface";

/** Number of subnets that an input lists. Before the first update the list as a whole may be unknown. */
function countSubnets(resource: Resource, input: string, { stack }: Estimation): number {
  try {
    return resource.at(input).items().length;
  } catch (error) {
    if (!(error instanceof UnknownInputError)) throw error;
    return stack.referencedBy(resource, input, aws.subnet).length;
  }
}

const isCustomMetric = (alarm: Resource): boolean => !(alarm.at("namespace").string() ?? "AWS/").startsWith("AWS/");

function firstAlarmOf(alarm: Resource, { stack }: Estimation): Resource | undefined {
  const name = metricName(alarm);
  return stack.ofType(aws.metricAlarm).find((other) => metricName(other) === name);
}

/** Identity of a metric: AWS bills each combination of dimensions. */
const metricName = (alarm: Resource): string =>
  JSON.stringify([
    alarm.at("namespace").string(),
    alarm.at("metricName").string(),
    alarm
      .at("dimensions")
      .entries()
      .map(([key, value]) => [key, value.string()])
      .sort(),
  ]);
