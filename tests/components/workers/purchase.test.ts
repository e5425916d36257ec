import fc from "fast-check";

import type { WorkerPoolSpec } from "../../../components/workers/settings";
import { hasSpot, planPurchase } from "../../../components/workers/purchaseOptions.plan";
import { specOf } from "../../specs";

/** Specification of a pool with changes that the settings may reject. */
function pool(change: Partial<WorkerPoolSpec> = {}): WorkerPoolSpec {
  return { ...(specOf({ name: "blue", workers: { batch: {} } }).workers["batch"] as WorkerPoolSpec), ...change };
}

const types = { instanceTypes: ["m7i.large", "m6i.large"] };

describe("purchase options", () => {
  test.each([
    [{ base: 0, percentAboveBase: 100 }, 5, false],
    [{ base: 2, percentAboveBase: 100 }, 5, false],
    [{ base: 0, percentAboveBase: 0 }, 5, true],
    [{ base: 2, percentAboveBase: 50 }, 5, true],
    [{ base: 5, percentAboveBase: 0 }, 5, false],
  ])("%j with max %i includes spot: %s", (onDemand, max, spot) => {
    expect(planPurchase("batch", pool({ ...types, onDemand, max }))).toEqual({
      kind: "mixed",
      choice: { by: "types", instanceTypes: types.instanceTypes },
      onDemandBase: onDemand.base,
      onDemandPercentAboveBase: onDemand.percentAboveBase,
      onDemandAllocation: "prioritized",
      spotAllocation: "price-capacity-optimized",
      spot,
      rebalance: spot,
    });
  });

  test.each([
    ["priceCapacityOptimized", "price-capacity-optimized"],
    ["capacityOptimized", "capacity-optimized"],
    ["capacityOptimizedPrioritized", "capacity-optimized-prioritized"],
  ] as const)("spot allocation %s is AWS's %s", (allocation, awsName) => {
    expect(planPurchase("batch", pool({ spot: { allocation, rebalance: true } }))).toMatchObject({
      spotAllocation: awsName,
    });
  });

  test("capacity rebalancing needs the setting and spot instances", () => {
    fc.assert(
      fc.property(
        fc.record({ base: fc.nat(10), percentAboveBase: fc.nat(100) }),
        fc.nat(10),
        fc.boolean(),
        (onDemand, max, rebalance) => {
          const asked = pool({ onDemand, max, spot: { allocation: "capacityOptimized", rebalance } });
          const purchase = planPurchase("batch", asked);
          expect(purchase.kind === "mixed" && purchase.rebalance).toBe(rebalance && hasSpot(asked));
        },
      ),
    );
  });

  test("a warm pool has one type", () => {
    const warm = pool({ instanceTypes: ["m7i.large"], max: 9, warmPool: { min: 2, max: 6 } });
    expect(planPurchase("batch", warm)).toEqual({
      kind: "warm",
      instanceType: "m7i.large",
      minStopped: 2,
      maxPrepared: 6,
    });
  });

  test.each<[string, Partial<WorkerPoolSpec>]>([
    ["no instance type", { instanceTypes: [] }],
    ["a warm pool needs exactly one on-demand instance type", { ...types, warmPool: { min: 0, max: 1 } }],
    [
      "a warm pool needs exactly one on-demand instance type",
      { warmPool: { min: 0, max: 1 }, onDemand: { base: 0, percentAboveBase: 0 } },
    ],
    [
      "a warm pool needs exactly one on-demand instance type",
      {
        warmPool: { min: 0, max: 1 },
        requirements: { vcpus: { min: 2 }, memoryGiB: { min: 4 }, burstable: false, excludedTypes: [] },
      },
    ],
  ])("AWS would reject: %s", (message, change) => {
    expect(() => planPurchase("batch", pool(change))).toThrow(`worker pool batch: ${message}`);
  });
});

describe("requirements", () => {
  const required = { vcpus: { min: 2 }, memoryGiB: { min: 4, max: 8 }, burstable: true, excludedTypes: [] };

  test.each([
    ["amd64", ["intel", "amd"]],
    ["arm64", ["amazon-web-services"]],
  ] as const)("of %s pools allow CPUs of %j", (architecture, cpuManufacturers) => {
    const purchase = planPurchase("batch", pool({ architecture, requirements: required }));
    expect(purchase).toMatchObject({
      onDemandAllocation: "lowest-price",
      choice: {
        by: "requirements",
        requirements: { cpuManufacturers, memoryMib: { min: 4096, max: 8192 }, burstablePerformance: "included" },
      },
    });
  });

  test("exclude types with GPUs, or require NVIDIA's", () => {
    const choice = (more: object) => {
      const purchase = planPurchase("batch", pool({ requirements: { ...required, ...more } }));
      return purchase.kind === "mixed" && purchase.choice.by === "requirements" ? purchase.choice.requirements : {};
    };
    expect(choice({})).toMatchObject({ acceleratorCount: { max: 0 } });
    expect(choice({})).not.toHaveProperty("acceleratorTypes");
    expect(choice({ gpus: { min: 1, max: 4 } })).toMatchObject({
      acceleratorCount: { min: 1, max: 4 },
      acceleratorManufacturers: ["nvidia"],
      acceleratorTypes: ["gpu"],
    });
  });
});
