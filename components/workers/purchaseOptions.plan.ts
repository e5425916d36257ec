/** How the machines of a pool are bought: of which types, on demand or spot, or kept ready. */

import type { Architecture, WorkerPoolSpec } from "../clusterSpec";
import type { InstanceRequirements, SpotSpec } from "./spec";

/** Instance types in order of preference, or what any type must have. */
export type Choice =
  | { readonly by: "types"; readonly instanceTypes: readonly [string, ...string[]] }
  | { readonly by: "requirements"; readonly requirements: TypeRequirements };

/** Requirements in the form that Auto Scaling takes. */
export interface TypeRequirements {
  readonly vcpuCount: { readonly min: number; readonly max?: number };
  readonly memoryMib: { readonly min: number; readonly max?: number };
  /** Graviton is Amazon's; everything else is Intel's or AMD's. */
  readonly cpuManufacturers: readonly string[];
  readonly instanceGenerations: readonly string[];
  readonly bareMetal: "excluded";
  readonly burstablePerformance: "included" | "excluded";
  readonly excludedInstanceTypes?: readonly string[];
  readonly acceleratorCount: { readonly min?: number; readonly max?: number };
  readonly acceleratorManufacturers?: readonly string[];
  readonly acceleratorTypes?: readonly string[];
}

/** Machines of several types, on demand and spot; or of one type, with stopped ones kept ready. */
export type Purchase =
  | {
      readonly kind: "mixed";
      readonly choice: Choice;
      readonly onDemandBase: number;
      readonly onDemandPercentAboveBase: number;
      readonly onDemandAllocation: "prioritized" | "lowest-price";
      readonly spotAllocation: "price-capacity-optimized" | "capacity-optimized" | "capacity-optimized-prioritized";
      /** Whether any machine can be a spot machine. */
      readonly spot: boolean;
      /** Whether a spot machine that AWS warns of is replaced at once. */
      readonly rebalance: boolean;
    }
  | {
      readonly kind: "warm";
      readonly instanceType: string;
      /** Stopped machines at least. */
      readonly minStopped: number;
      /** Machines at most, stopped and running. */
      readonly maxPrepared: number;
    };

const allocations: Readonly<Record<SpotSpec["allocation"], (Purchase & { kind: "mixed" })["spotAllocation"]>> = {
  priceCapacityOptimized: "price-capacity-optimized",
  capacityOptimized: "capacity-optimized",
  capacityOptimizedPrioritized: "capacity-optimized-prioritized",
};

/** Whether any machine of the pool can be a spot machine. */
export function hasSpot({ onDemand, max }: Pick<WorkerPoolSpec, "onDemand" | "max">): boolean {
  return onDemand.percentAboveBase < 100 && onDemand.base < max;
}

/** @throws RangeError for what settings refuse: no instance type, a warm pool of several types or of spot machines. */
export function planPurchase(name: string, pool: WorkerPoolSpec): Purchase {
  const { onDemand, warmPool } = pool;
  const choice = chooseTypes(name, pool);
  const spot = hasSpot(pool);
  if (warmPool === undefined) {
    return {
      kind: "mixed",
      choice,
      onDemandBase: onDemand.base,
      onDemandPercentAboveBase: onDemand.percentAboveBase,
      // Requirements have no order that could be kept to.
      onDemandAllocation: choice.by === "types" ? "prioritized" : "lowest-price",
      spotAllocation: allocations[pool.spot.allocation],
      spot,
      rebalance: spot && pool.spot.rebalance,
    };
  }
  if (choice.by !== "types" || choice.instanceTypes.length > 1 || spot)
    throw new RangeError(`worker pool ${name} has a warm pool, but not one type on demand`);
  return { kind: "warm", instanceType: choice.instanceTypes[0], minStopped: warmPool.min, maxPrepared: warmPool.max };
}

function chooseTypes(name: string, { instanceTypes, requirements, architecture }: WorkerPoolSpec): Choice {
  if (requirements !== undefined) return { by: "requirements", requirements: toAws(requirements, architecture) };
  const [first, ...others] = instanceTypes;
  if (first === undefined) throw new RangeError(`worker pool ${name} has no instance type`);
  return { by: "types", instanceTypes: [first, ...others] };
}

const mibPerGiB = 1024;

function toAws(required: InstanceRequirements, architecture: Architecture): TypeRequirements {
  const { vcpus, memoryGiB, gpus, burstable, excludedTypes } = required;
  return {
    vcpuCount: vcpus,
    memoryMib: {
      min: memoryGiB.min * mibPerGiB,
      ...(memoryGiB.max !== undefined && { max: memoryGiB.max * mibPerGiB }),
    },
    cpuManufacturers: architecture === "arm64" ? ["amazon-web-services"] : ["intel", "amd"],
    instanceGenerations: ["current"],
    bareMetal: "excluded",
    burstablePerformance: burstable ? "included" : "excluded",
    ...(excludedTypes.length > 0 && { excludedInstanceTypes: excludedTypes }),
    // A GPU that no pod asks for is paid for all the same.
    ...(gpus === undefined
      ? { acceleratorCount: { max: 0 } }
      : { acceleratorCount: gpus, acceleratorManufacturers: ["nvidia"], acceleratorTypes: ["gpu"] }),
  };
}
