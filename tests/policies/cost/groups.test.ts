/** Cost of Auto Scaling groups. */
import { assumptions } from "../../../policies/cost/assumptions";
import type { Subject } from "../../../policies/model/stack";
import { aws } from "../../../policies/model/types";
import { Unknown } from "../../../policies/model/value";
import { resource } from "../fixtures";
import type { Inputs } from "../fixtures";
import { cents, estimate, group, mixed, subnets, template, types } from "./fixtures";

/** Cost of a group by item, rounded to cents. */
function groupItems(inputs: Inputs, templateInputs: Inputs = {}, region = "us-east-1") {
  const { items, unpriced } = estimate([template(templateInputs), group(inputs), subnets[0] as Subject], region);
  const rounded = items.map(({ item, min, max }) => [item, [min, max].map((usd) => Number(usd.toFixed(2)))] as const);
  return { items: Object.fromEntries(rounded), unpriced: unpriced.map(({ reason }) => reason) };
}

const { hoursPerMonth, spotDiscount } = assumptions;

test("a fixed group costs the same at minimum and maximum size", () => {
  const usd = cents(3 * 0.1 * hoursPerMonth);
  expect(groupItems({ minSize: 3, maxSize: 3 })).toEqual({
    items: { "instances, on demand": [usd, usd] },
    unpriced: [],
  });
});

test("minimum: the cheapest type; maximum: the most expensive one", () => {
  const inputs = { minSize: 1, maxSize: 10, ...mixed(types("m6i.large", "m6a.large")) };
  expect(groupItems(inputs).items).toEqual({
    "instances, on demand": [cents(0.05 * hoursPerMonth), cents(10 * 0.1 * hoursPerMonth)],
  });
});

test("on-demand base, share above it in favor of on-demand, the rest as spot with the discount", () => {
  const distribution = { onDemandBaseCapacity: 2, onDemandPercentageAboveBaseCapacity: 25 };
  const inputs = { minSize: 1, maxSize: 9, ...mixed(types("m6i.large"), distribution) };
  // 9 instances: 2 + a quarter of 7, rounded up to 2; 5 are spot instances.
  expect(groupItems(inputs).items).toEqual({
    "instances, on demand": [cents(0.1 * hoursPerMonth), cents(4 * 0.1 * hoursPerMonth)],
    "instances, spot": [0, cents(5 * 0.1 * hoursPerMonth * (1 - spotDiscount))],
  });
});

test("volumes of instances, and detailed monitoring", () => {
  const ebs = { volumeType: "gp3", volumeSize: 20, iops: 3100, throughput: "150" };
  const { items } = groupItems(
    { minSize: 1, maxSize: 2 },
    { blockDeviceMappings: [{ deviceName: "x", ebs }], monitoring: { enabled: "true" } },
  );
  expect(items["volumes of instances"]).toEqual([20 + 100 + 25, 2 * (20 + 100 + 25)]);
  expect(items["detailed monitoring"]).toEqual([7, 14]);
});

test("a stopped warm pool costs its volumes, a running one also its instances", () => {
  const disks = { blockDeviceMappings: [{ ebs: { volumeType: "gp3", volumeSize: 10 } }] };
  const sizes = { minSize: 1, maxSize: 5 };
  const stopped = { minSize: 2, maxGroupPreparedCapacity: 6, poolState: "Stopped" };
  // 6 prepared, 1 in use: 5 are warm; with 5 in use at least 2.
  const inputs = { ...sizes, warmPool: stopped };
  expect(groupItems(inputs, disks).items).toMatchObject({ "volumes of instances": [10 * 6, 10 * 7] });
  expect(groupItems(inputs, disks).items).not.toHaveProperty("instances, warm pool");
  const running = groupItems({ ...sizes, warmPool: { ...stopped, poolState: "Running" } }, disks).items;
  expect(running["instances, warm pool"]).toEqual([cents(5 * 0.1 * hoursPerMonth), cents(2 * 0.1 * hoursPerMonth)]);
  const undefinedCapacity = groupItems({ ...sizes, warmPool: {} }, disks).items;
  expect(undefinedCapacity["volumes of instances"]).toEqual([10 * 5, 10 * 5]);
});

test("requirements: matching types within AWS's price protection", () => {
  const requirements = {
    vcpuCount: { min: 2, max: 2 },
    memoryMib: { min: 4096 },
    cpuManufacturers: ["intel"],
    instanceGenerations: ["current"],
    bareMetal: "excluded",
    burstablePerformance: "excluded",
    acceleratorCount: { max: 0 },
  };
  const sizes = { minSize: 1, maxSize: 1 };
  const onDemand = (more: object, distribution = {}) =>
    groupItems({ ...sizes, ...mixed([{ instanceRequirements: { ...requirements, ...more } }], distribution) });
  // m6in.large exceeds m6i.large by 30 %.
  expect(onDemand({}).items).toEqual({
    "instances, on demand": [cents(0.1 * hoursPerMonth), cents(0.11 * hoursPerMonth)],
  });
  expect(onDemand({}, { onDemandPercentageAboveBaseCapacity: 0 }).items).toEqual({
    "instances, spot": [
      cents(0.1 * hoursPerMonth * (1 - spotDiscount)),
      cents(0.13 * hoursPerMonth * (1 - spotDiscount)),
    ],
  });
  expect(onDemand({ excludedInstanceTypes: ["m6id.*"] }).items["instances, on demand"]?.[1]).toBe(
    cents(0.1 * hoursPerMonth),
  );
  expect(onDemand({ cpuManufacturers: ["amazon-web-services"] }).items["instances, on demand"]?.[0]).toBe(
    cents(0.02 * hoursPerMonth),
  );
  const gpu = { acceleratorCount: { min: 1 }, acceleratorManufacturers: ["nvidia"], cpuManufacturers: [] };
  expect(onDemand(gpu).items["instances, on demand"]?.[0]).toBe(cents(0.2 * hoursPerMonth));
  expect(onDemand({ vcpuCount: { min: 64 } })).toEqual({
    items: {},
    unpriced: ["no instance type with a price in us-east-1 meets its requirements"],
  });
});

test("Windows: the tag for the Cluster Autoscaler or PowerShell selects the price with the license; without one the pool is not priced", () => {
  const tags = [{ key: "k8s.io/cluster-autoscaler/node-template/label/kubernetes.io/os", value: "windows" }];
  const sizes = { minSize: 1, maxSize: 1, tags };
  expect(groupItems(sizes).items["instances, on demand"]).toEqual([
    cents(0.2 * hoursPerMonth),
    cents(0.2 * hoursPerMonth),
  ]);
  const untagged = (userData: unknown) =>
    groupItems({ minSize: 1, maxSize: 1 }, { userData }).items["instances, on demand"]?.[0];
  expect(untagged(Buffer.from("<powershell>\n").toString("base64"))).toBe(cents(0.2 * hoursPerMonth));
  expect(untagged(Buffer.from("#cloud-config\n").toString("base64"))).toBe(cents(0.1 * hoursPerMonth));
  expect(untagged(new Unknown())).toBe(cents(0.1 * hoursPerMonth));
  expect(groupItems(sizes, { instanceType: "m6a.large" }).unpriced).toEqual([
    "no price of m6a.large (Windows) in us-east-1",
  ]);
});

test("unknown types, other volume types and templates of others are not priced", () => {
  expect(groupItems({ minSize: 1, maxSize: 1, ...mixed(types("m6i.large", "x9.huge")) }).unpriced).toEqual([
    "no price of x9.huge (Linux) in us-east-1",
  ]);
  const ebs = { volumeType: "io2", volumeSize: 10 };
  expect(groupItems({ minSize: 1, maxSize: 1 }, { blockDeviceMappings: [{ ebs }] }).unpriced).toEqual([
    "volumes of type io2 have no price in the table",
  ]);
  const alone = estimate([resource(aws.autoscalingGroup, { minSize: 1, maxSize: 1 })]);
  expect(alone.unpriced.map(({ reason }) => reason)).toEqual(["its launch template is not part of the stack"]);
});

test("traffic between zones: both directions, only with several zones", () => {
  const subjects = [template(), group({ minSize: 1, maxSize: 2 }), ...subnets];
  const traffic = estimate(subjects).items.find(({ item }) => item === "traffic between zones");
  const each = 2 * assumptions.zoneTransferGBPerInstance;
  expect([traffic?.min, traffic?.max]).toEqual([each, 2 * each]);
  const oneZone = estimate(subjects.slice(0, -1)).items.map(({ item }) => item);
  expect(oneZone).not.toContain("traffic between zones");
});
