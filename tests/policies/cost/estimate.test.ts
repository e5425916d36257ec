/** Cost of resources other than groups, regions, and completeness: every AWS type is priced or free. */
import { assumptions } from "../../../policies/cost/assumptions";
import { pricedTypes } from "../../../policies/cost/estimate.plan";
import { freeTypes } from "../../../policies/cost/freeTypes";
import type { Subject } from "../../../policies/model/stack";
import { aws } from "../../../policies/model/types";
import { Unknown, UnknownInputError } from "../../../policies/model/value";
import { resourceTypes } from "../../../simulation/registry";
import { resource } from "../fixtures";
import { book, cents, estimate, group, mixed, subnets, template, types } from "./fixtures";

test("every AWS type of the simulation has a price or is listed as free with a reason, not both", () => {
  const known = [...resourceTypes.keys()].filter((type) => type.startsWith("aws:"));
  const listed = [...pricedTypes, ...Object.keys(freeTypes)];
  expect(known.filter((type) => !listed.includes(type))).toEqual([]);
  expect(listed.filter((type) => !known.includes(type))).toEqual([]);
  expect(pricedTypes.filter((type) => type in freeTypes)).toEqual([]);
  for (const reason of Object.values(freeTypes)) expect(reason.length).toBeGreaterThan(5);
});

describe("other resources", () => {
  const instances = [template(), group({ minSize: 1, maxSize: 4 })];
  const itemsOf = (...subjects: readonly Subject[]) =>
    estimate([...instances, ...subjects])
      .items.filter(({ resource: { name } }) => name !== "group")
      .map(({ resource: { name }, item, min, max }) => [name, item, cents(min), cents(max)]);

  test("gateways share the traffic of all instances", () => {
    const gateways = ["one", "two"].map((name) => resource(aws.natGateway, {}, { name }));
    const gb = assumptions.natGBPerInstance;
    expect(itemsOf(...gateways)).toEqual([
      ["one", "NAT gateway", 730, 730],
      ["one", "traffic through NAT", gb / 2, 2 * gb],
      ["two", "NAT gateway", 730, 730],
      ["two", "traffic through NAT", gb / 2, 2 * gb],
    ]);
  });

  test("gateway endpoints are free; interface endpoints cost per zone", () => {
    const s3 = resource(aws.vpcEndpoint, { vpcEndpointType: "Gateway" }, { name: "s3" });
    const ec2 = resource(aws.vpcEndpoint, { vpcEndpointType: "Interface", subnetIds: ["a", "b"] }, { name: "ec2" });
    const gb = assumptions.endpointGBPerInstance;
    expect(itemsOf(s3, ec2)).toEqual([
      ["ec2", "interface endpoint", 1460, 1460],
      ["ec2", "traffic through endpoints", gb, 4 * gb],
    ]);
  });

  test("an internet-facing load balancer has a public address per subnet; other kinds are not priced", () => {
    const inputs = { loadBalancerType: "network", subnets: ["a", "b"] };
    const names = (more: object) => itemsOf(resource(aws.loadBalancer, { ...inputs, ...more })).map(([, item]) => item);
    expect(names({})).toEqual(["network load balancer", "capacity units", "public IPv4 addresses"]);
    expect(names({ internal: true })).toEqual(["network load balancer", "capacity units"]);
    const application = estimate([resource(aws.loadBalancer, { loadBalancerType: "application" })]);
    expect(application.unpriced.map(({ reason }) => reason)).toEqual([
      "load balancers of type application have no price in the table",
    ]);
  });

  test("subnets are counted by dependency while their ids are unknown", () => {
    const endpoint = resource(
      aws.vpcEndpoint,
      { vpcEndpointType: "Interface", subnetIds: new Unknown() },
      { of: { subnetIds: ["a", "b"] } },
    );
    expect(itemsOf(endpoint, ...subnets)).toContainEqual(["VpcEndpoint", "interface endpoint", 1460, 1460]);
  });

  test("alarms that share a custom metric pay for it once; AWS's metrics are free", () => {
    const alarm = (name: string, namespace: string, dimensions: object) =>
      resource(aws.metricAlarm, { namespace, metricName: "Age", dimensions }, { name });
    const found = itemsOf(
      alarm("one", "Holdfast", { Cluster: "x" }),
      alarm("two", "Holdfast", { Cluster: "x" }),
      alarm("three", "Holdfast", { Cluster: "y" }),
      alarm("four", "AWS/EC2", {}),
    );
    expect(found.filter(([, item]) => item === "custom metric").map(([name]) => name)).toEqual(["one", "three"]);
    expect(found.filter(([, item]) => item === "alarm")).toHaveLength(4);
  });

  test("log storage grows with the retention", () => {
    const logs = (retentionInDays: number) => itemsOf(resource(aws.logGroup, { retentionInDays }))[1]?.[3];
    expect(logs(365)).toBeCloseTo(12 * 4 * assumptions.logGBPerInstance * assumptions.logCompression, 1);
    expect(logs(30)).toBeLessThan(1);
  });

  test("standard parameters are free", () => {
    expect(itemsOf(resource(aws.parameter, { type: "String" }))).toEqual([]);
    expect(itemsOf(resource(aws.parameter, { tier: "Intelligent-Tiering" }))).toHaveLength(1);
  });
});

describe("regions", () => {
  const subjects = [template(), group({ minSize: 1, maxSize: 1, ...mixed(types("m6i.large", "m6a.large")) })];

  test("a region without a price uses that of us-east-1, which the book notes", () => {
    const prices = book();
    const { total } = estimate([...subjects, resource(aws.natGateway)], "eu-west-1", prices);
    expect(total.max).toBeGreaterThan(730);
    expect(prices.replaced.get("eu-west-1")).toEqual(["m6a.large", "zoneTransfer", "natGatewayHour", "natGatewayData"]);
    const own = book();
    estimate(subjects, "us-east-1", own);
    expect(own.replaced.size).toBe(0);
  });

  test("AWS China has no prices in USD: nothing is priced, one note", () => {
    const { items, unpriced } = estimate([...subjects, resource(aws.natGateway)], "cn-north-1");
    expect(items).toEqual([]);
    expect(unpriced.map(({ reason }) => reason)).toEqual([
      "no prices in USD for cn-north-1, because AWS China bills in CNY",
    ]);
  });

  test("an unknown region or size stops the estimate", () => {
    expect(() => estimate(subjects, new Unknown())).toThrow(UnknownInputError);
    expect(() => estimate([template(), group({ minSize: 1, maxSize: new Unknown() })])).toThrow(UnknownInputError);
  });
});
