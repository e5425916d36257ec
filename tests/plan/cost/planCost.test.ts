/** Cost of whole plans: sums, places, differences and reports. */
import { assumptions } from "../../../policies/cost/assumptions";
import { priceTables } from "../../../policies/cost/priceFiles";
import { costDifference } from "../../../plan/cost/costDifference";
import { costOf, existingSubnetZones } from "../../../plan/cost/planCost";
import type { PlanCost, Range } from "../../../plan/cost/planCost";
import { plainPlan, planStack } from "../../../plan/planStack";
import type { Plan } from "../../../plan/planStack";
import { parsePlanFile } from "../../../plan/report/planFile";
import { renderReport } from "../../../plan/report/html/renderReport";
import { describeCost } from "../../../plan/report/terminal/describeCost";
import { evaluatePolicies } from "../../../plan/verdicts";
import { maximalSettings } from "../../maximalSettings";
import { planPartition } from "../../partitionStacks";

const stacks = ["dev", "staging", "prod"] as const;
const plans = new Map<string, Plan>();

beforeAll(async () => {
  for (const stack of stacks) plans.set(stack, await planStack(stack));
});

function planOf(stack: string): Plan {
  const plan = plans.get(stack);
  if (plan === undefined) throw new Error(`stack ${stack} has no plan`);
  return plan;
}

const costOfStack = (stack: string): PlanCost => costOf(plainPlan(planOf(stack)));

const sumOf = (ranges: readonly Range[]): Range => ({
  min: ranges.reduce((total, { min }) => total + min, 0),
  max: ranges.reduce((total, { max }) => total + max, 0),
});

describe.each(stacks)("stack %s", (stack) => {
  test("components, zones and items have the same sum, nothing is negative or unpriced", () => {
    const { components, zones, items, total, unpriced } = costOfStack(stack);
    // Each amount is rounded to cents.
    for (const parts of [components, zones, items]) {
      const sum = sumOf(parts);
      expect(Math.abs(sum.min - total.min)).toBeLessThan(0.01 * parts.length);
      expect(Math.abs(sum.max - total.max)).toBeLessThan(0.01 * parts.length);
      for (const { min, max } of parts) expect(max).toBeGreaterThanOrEqual(min);
      expect(parts.filter(({ min }) => min < 0)).toEqual([]);
    }
    expect(unpriced).toEqual([]);
  });

  test("control plane and etcd have a fixed size; pools have their own zones", () => {
    const { components, items } = costOfStack(stack);
    const { spec } = planOf(stack);
    const members = items.filter(
      ({ component, item }) => /control-plane$|etcd$/.test(component) && /instances/.test(item),
    );
    expect(members.length).toBeGreaterThan(0);
    for (const { min, max } of members) expect(min).toBe(max);
    for (const [pool, { zones }] of Object.entries(spec.workers)) {
      const row = components.find(({ component }) => component.endsWith(`-workers-${pool}`));
      expect(row?.zones).toEqual([...zones].sort());
    }
  });

  test("on-demand instances: counts times the price of the table", () => {
    const { spec, region } = planOf(stack);
    const prices = priceTables().instances(region)?.prices;
    const hourly = (type: string): number => prices?.get(type)?.linux ?? NaN;
    const { hoursPerMonth, spotDiscount } = assumptions;
    const { controlPlane, etcd, workers } = spec;
    const fixed =
      controlPlane.members * hourly(controlPlane.instanceType) +
      (etcd.topology === "external" ? etcd.members * hourly(etcd.instanceType) : 0);
    const pools = Object.values(workers).map(({ min, max, instanceTypes, onDemand }) => {
      const cost = (count: number, price: number): number => {
        const guaranteed = Math.min(count, onDemand.base);
        const above = count - guaranteed;
        const onTop = Math.ceil((above * onDemand.percentAboveBase) / 100);
        return price * (guaranteed + onTop + (above - onTop) * (1 - spotDiscount));
      };
      const all = instanceTypes.map(hourly);
      return { min: cost(min, Math.min(...all)), max: cost(max, Math.max(...all)) };
    });
    const expected = sumOf([{ min: fixed, max: fixed }, ...pools]);
    const instances = sumOf(costOfStack(stack).items.filter(({ item }) => item.startsWith("instances,")));
    expect(instances.min).toBeCloseTo(expected.min * hoursPerMonth, 0);
    expect(instances.max).toBeCloseTo(expected.max * hoursPerMonth, 0);
  });
});

test("a stack with every feature has a price for all of it", async () => {
  const { unpriced, total } = costOf(plainPlan(await planStack("prod", { overrides: maximalSettings })));
  expect(unpriced).toEqual([]);
  expect(total.max).toBeGreaterThan(total.min);
});

test("AWS China: no cost, one note", async () => {
  const { items, unpriced } = costOf(plainPlan(await planPartition("aws-cn")));
  expect([items, unpriced.map(({ reason }) => reason)]).toEqual([
    [],
    ["no prices in USD for cn-north-1, because AWS China bills in CNY", expect.stringContaining("cn-northwest-1")],
  ]);
});

test("subnets of an existing VPC: their zones come from the settings", () => {
  const vpc = {
    source: "existing" as const,
    id: "vpc-1",
    cidr: "10.0.0.0/16",
    secondaryCidrs: [],
    privateSubnets: { "eu-central-1a": "subnet-1", "eu-central-1b": "subnet-2" },
    publicSubnets: { "eu-central-1a": "subnet-3" },
  };
  const zones = existingSubnetZones(vpc);
  expect([...zones]).toEqual([
    ["subnet-1", "eu-central-1a"],
    ["subnet-2", "eu-central-1b"],
    ["subnet-3", "eu-central-1a"],
  ]);
  const urn = "urn:pulumi:x::holdfast::aws:ec2/vpcEndpoint:VpcEndpoint::ec2";
  const inputs = { vpcEndpointType: "Interface", subnetIds: ["subnet-1", "subnet-2"] };
  const endpoint = { urn, type: "aws:ec2/vpcEndpoint:VpcEndpoint", name: "ec2", dependsOn: [], inputs, outputs: {} };
  expect(costOf({ resources: [endpoint] }, { subnetZones: zones }).components).toEqual([
    expect.objectContaining({ component: "ec2", zones: ["eu-central-1a", "eu-central-1b"] }),
  ]);
  expect(existingSubnetZones({ source: "create", cidr: "10.0.0.0/16" }).size).toBe(0);
});

describe("difference", () => {
  test("a plan from a file costs the same as the plan", () => {
    const file = parsePlanFile(JSON.stringify(plainPlan(planOf("prod"))));
    expect(costDifference(costOf(file), costOfStack("prod"))).toMatchObject({ min: 0, max: 0, components: [] });
  });

  test("a larger pool, a new pool and a removed one", async () => {
    const workers = { general: { max: 7 }, extra: { instanceTypes: ["m6i.large"], min: 1, max: 1 } };
    const before = costOfStack("dev");
    const after = costOf(plainPlan(await planStack("dev", { overrides: { workers } })));
    const grown = costDifference(before, after);
    const change = (name: string) => grown.components.find(({ component }) => component === `dev-workers-${name}`);
    expect(change("general")?.min).toBe(0);
    expect(change("general")?.max).toBeGreaterThan(0);
    const [extra] = after.components.filter(({ component }) => component === "dev-workers-extra");
    expect(change("extra")).toEqual({ component: "dev-workers-extra", min: extra?.min, max: extra?.max });
    expect(grown.max).toBeCloseTo(after.total.max - before.total.max, 2);
    const shrunk = costDifference(after, before).components.find(({ component }) => component === "dev-workers-extra");
    expect(shrunk).toEqual({ component: "dev-workers-extra", min: -(extra?.min ?? 0), max: -(extra?.max ?? 0) });
    const text = describeCost(before, costDifference(after, before));
    expect(text).toMatch(/^ {2}dev-workers-extra +-\d+\.\d\d +-\d+\.\d\d$/m);
    const page = renderReport(
      { ...plainPlan(planOf("dev")), cost: before },
      { ...emptyComparison, cost: costDifference(after, before) },
    );
    expect(page).toContain('<td>dev-workers-extra</td><td></td><td><span class="usd">0.00</span></td>');
  });
});

const emptyComparison = {
  stack: "dev",
  changes: [],
  unchanged: 0,
  rollouts: [],
  files: [],
  protection: { added: [], removed: [] },
  settings: [],
  order: [],
  losses: [],
};

describe("reports", () => {
  test("terminal: components with zones, sum, zones, warnings and notes", () => {
    const cost: PlanCost = {
      total: { min: 112.5, max: 1250.75 },
      components: [
        { component: "dev-network", zones: ["eu-central-1a"], min: 12.5, max: 12.5 },
        { component: "dev-workers-general", zones: ["eu-central-1a", "eu-central-1b"], min: 99, max: 1237.25 },
        { component: "dev-pki", zones: [], min: 1, max: 1 },
      ],
      zones: [
        { zone: "eu-central-1a", min: 62, max: 631.13 },
        { zone: "eu-central-1b", min: 49.5, max: 618.62 },
        { zone: undefined, min: 1, max: 1 },
      ],
      items: [],
      unpriced: [],
      replaced: { "eu-central-1": ["kmsRequests"] },
      sources: ["2026-01-01 a source"],
      spotDiscount: 0.6,
      notIncluded: "taxes",
    };
    expect(describeCost(cost).split("\n")).toEqual([
      "Cost per month in USD  Zones   Minimum   Maximum",
      "  dev-network          a         12.50     12.50",
      "  dev-workers-general  a b       99.00  1,237.25",
      "  dev-pki              –          1.00      1.00",
      "  Sum                           112.50  1,250.75",
      "By zone",
      "  eu-central-1a                  62.00    631.13",
      "  eu-central-1b                  49.50    618.62",
      "  without a zone                  1.00      1.00",
      "  Estimated with prices of us-east-1, for lack of prices of eu-central-1: kmsRequests",
      "  Spot instances at 60 % discount; traffic and requests by the assumptions in docs/cost.md.",
      "  Instance prices: 2026-01-01 a source.",
      "  Not included: taxes.",
      "",
    ]);
    const colored = describeCost(cost, undefined, { color: true, width: 40 }).split("\n");
    expect(colored[0]).toBe("\u001b[1mCost per month in USD  Zones   Minimum …\u001b[22m");
    expect(describeCost({ ...cost, zones: [{ zone: "us-east-1a", min: 0, max: 0 }, ...cost.zones] })).toContain(
      "eu-central-1a eu-central-1b",
    );
  });

  test("terminal: parts without a price", () => {
    const cost = { ...costOfStack("dev"), unpriced: [{ resource: "dev-gpu", reason: "no price of x9.huge" }] };
    expect(describeCost(cost)).toContain("\n  Not included: dev-gpu: no price of x9.huge\n");
    expect(describeCost(cost, costDifference(cost, cost))).toContain("\nDifference: none\n");
  });

  test("HTML: a section with all components and items", () => {
    const cost = costOfStack("prod");
    const page = renderReport({ ...plainPlan(planOf("prod")), cost });
    expect(page).toContain('<section id="cost"');
    for (const { component } of cost.components) expect(page).toContain(`<td>${component}</td>`);
    expect(page).toContain(`${cost.items.length} items`);
    expect(renderReport(plainPlan(planOf("prod")))).not.toContain('<section id="cost"');
  });
});

test("the policy cost-ceiling uses the same prices", () => {
  const { total } = costOfStack("prod");
  const outcomesWith = (config: object) =>
    evaluatePolicies(planOf("prod"), { config: { all: "disabled", "cost-ceiling": config } }).outcomes;
  expect(outcomesWith({ enforcementLevel: "mandatory", maxMonthlyUsd: Math.ceil(total.max) })).toEqual([]);
  const [outcome] = outcomesWith({ enforcementLevel: "mandatory", maxMonthlyUsd: Math.floor(total.max) });
  expect(outcome).toMatchObject({ verdict: "violation", level: "mandatory" });
  expect(outcomesWith({ enforcementLevel: "mandatory", poolSize: "min", maxMonthlyUsd: Math.ceil(total.min) })).toEqual(
    [],
  );
  const [small] = outcomesWith({ enforcementLevel: "advisory", poolSize: "min", maxMonthlyUsd: Math.floor(total.min) });
  expect(small?.message).toContain("at minimum size");
});
