import fc from "fast-check";

import type { WorkerPoolSpec } from "../../../components/clusterSpec";
import { hasSpot, planPurchase } from "../../../components/workers/purchaseOptions.plan";
import { specOf } from "../../specs";

/** A pool's specification with a part of it exchanged, whatever settings would say. */
function pool(change: Partial<WorkerPoolSpec> = {}): WorkerPoolSpec {
  return { ...(specOf({ name: "blue", workers: { batch: {} } }).workers["batch"] as WorkerPoolSpec), ...change };
}

const types = { instanceTypes: ["m7i.large", "m6i.large"] };

describe("machines", () => {
  test.each([
    [{ base: 0, percentAboveBase: 100 }, 5, false],
    [{ base: 2, percentAboveBase: 100 }, 5, false],
    [{ base: 0, percentAboveBase: 0 }, 5, true],
    [{ base: 2, percentAboveBase: 50 }, 5, true],
    [{ base: 5, percentAboveBase: 0 }, 5, false],
  ])("bought %j with a max of %i have spot among them: %s", (onDemand, max, spot) => {
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
  ] as const)("%s is what AWS calls %s", (allocation, awsName) => {
    expect(planPurchase("batch", pool({ spot: { allocation, rebalance: true } }))).toMatchObject({
      spotAllocation: awsName,
    });
  });

  test("are not replaced on a warning that only spot machines get, where there are none or nobody asks for it", () => {
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

  test("kept ready are of one type", () => {
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
    ["a warm pool", { ...types, warmPool: { min: 0, max: 1 } }],
    ["a warm pool", { warmPool: { min: 0, max: 1 }, onDemand: { base: 0, percentAboveBase: 0 } }],
    [
      "a warm pool",
      {
        warmPool: { min: 0, max: 1 },
        requirements: { vcpus: { min: 2 }, memoryGiB: { min: 4 }, burstable: false, excludedTypes: [] },
      },
    ],
  ])("that AWS would refuse are refused: %s", (message, change) => {
    expect(() => planPurchase("batch", pool(change))).toThrow(`worker pool batch has ${message}`);
  });
});

describe("requirements", () => {
  const required = { vcpus: { min: 2 }, memoryGiB: { min: 4, max: 8 }, burstable: true, excludedTypes: [] };

  test.each([
    ["amd64", ["intel", "amd"]],
    ["arm64", ["amazon-web-services"]],
  ] as const)("of %s machines are met by processors of %j", (architecture, cpuManufacturers) => {
    const purchase = planPurchase("batch", pool({ architecture, requirements: required }));
    expect(purchase).toMatchObject({
      onDemandAllocation: "lowest-price",
      choice: {
        by: "requirements",
        requirements: { cpuManufacturers, memoryMib: { min: 4096, max: 8192 }, burstablePerformance: "included" },
      },
    });
  });

  test("keep machines with GPUs out unless GPUs are asked for, and then want NVIDIA's", () => {
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
