/** Purchase options of a worker pool: instance types, on-demand and spot shares, warm pool. */

import type * as autoscaling from "@pulumi/aws/autoscaling";
import type * as ec2 from "@pulumi/aws/ec2";

import type { Architecture } from "../settings/instanceTypes";
import type { InstanceRequirements, SpotSpec, WorkerPoolSpec } from "./settings";

/** Instance types in order of preference, or requirements for any type. */
export type Choice =
  | { readonly by: "types"; readonly instanceTypes: readonly [string, ...string[]] }
  | { readonly by: "requirements"; readonly requirements: TypeRequirements };

/** Requirements in Auto Scaling's form. */
export interface TypeRequirements {
  readonly vcpuCount: { readonly min: number; readonly max?: number };
  readonly memoryMib: { readonly min: number; readonly max?: number };
  /** Amazon for arm64 (Graviton), Intel and AMD for amd64. */
  readonly cpuManufacturers: string[];
  readonly instanceGenerations: string[];
  readonly bareMetal: "excluded";
  readonly burstablePerformance: "included" | "excluded";
  readonly excludedInstanceTypes?: string[];
  readonly acceleratorCount: { readonly min?: number; readonly max?: number };
  readonly acceleratorManufacturers?: string[];
  readonly acceleratorTypes?: string[];
}

/** Instances of several types, on demand and spot; or of one type, with a warm pool of stopped ones. */
export type Purchase =
  | {
      readonly kind: "mixed";
      readonly choice: Choice;
      readonly onDemandBase: number;
      readonly onDemandPercentAboveBase: number;
      readonly onDemandAllocation: "prioritized" | "lowest-price";
      readonly spotAllocation: "price-capacity-optimized" | "capacity-optimized" | "capacity-optimized-prioritized";
      /** True if the group may have spot instances. */
      readonly spot: boolean;
      /** True if a spot instance at risk of interruption is replaced before it is interrupted. */
      readonly rebalance: boolean;
    }
  | {
      readonly kind: "warm";
      readonly instanceType: string;
      /** Minimum number of stopped instances. */
      readonly minStopped: number;
      /** Maximum number of instances, stopped and running. */
      readonly maxPrepared: number;
    };

const allocations: Readonly<Record<SpotSpec["allocation"], (Purchase & { kind: "mixed" })["spotAllocation"]>> = {
  priceCapacityOptimized: "price-capacity-optimized",
  capacityOptimized: "capacity-optimized",
  capacityOptimizedPrioritized: "capacity-optimized-prioritized",
};

/** True if the pool may have spot instances. */
export function hasSpot({ onDemand, max }: Pick<WorkerPoolSpec, "onDemand" | "max">): boolean {
  return onDemand.percentAboveBase < 100 && onDemand.base < max;
}

/** @throws RangeError for combinations that the settings reject: no instance type, or a warm pool with several types or spot. */
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
      // Requirements have no order of preference.
      onDemandAllocation: choice.by === "types" ? "prioritized" : "lowest-price",
      spotAllocation: allocations[pool.spot.allocation],
      spot,
      rebalance: spot && pool.spot.rebalance,
    };
  }
  if (choice.by !== "types" || choice.instanceTypes.length > 1 || spot)
    throw new RangeError(`worker pool ${name}: a warm pool needs exactly one on-demand instance type`);
  return { kind: "warm", instanceType: choice.instanceTypes[0], minStopped: warmPool.min, maxPrepared: warmPool.max };
}

function chooseTypes(name: string, { instanceTypes, requirements, architecture }: WorkerPoolSpec): Choice {
  if (requirements !== undefined) return { by: "requirements", requirements: toAws(requirements, architecture) };
  const [first, ...others] = instanceTypes;
  if (first === undefined) throw new RangeError(`worker pool ${name}: no instance type`);
  return { by: "types", instanceTypes: [first, ...others] };
}

const mibPerGiB = 1024;

function toAws(required: InstanceRequirements, architecture: Architecture): TypeRequirements {
  const { vcpus, memoryGiB, gpus, burstable, excludedTypes } = required;
  return {
    vcpuCount: vcpus,
    memoryMib: {
      min: memoryGiB.min * mibPerGiB,
      max: memoryGiB.max === undefined ? undefined : memoryGiB.max * mibPerGiB,
    },
    cpuManufacturers: architecture === "arm64" ? ["amazon-web-services"] : ["intel", "amd"],
    instanceGenerations: ["current"],
    bareMetal: "excluded",
    burstablePerformance: burstable ? "included" : "excluded",
    excludedInstanceTypes: excludedTypes.length > 0 ? [...excludedTypes] : undefined,
    // Without `gpus`, no instance type with GPUs: they cost money even if no pod requests them.
    ...(gpus === undefined
      ? { acceleratorCount: { max: 0 } }
      : { acceleratorCount: gpus, acceleratorManufacturers: ["nvidia"], acceleratorTypes: ["gpu"] }),
  };
}

/** Instance type in the launch template; undefined where AWS chooses. */
export function templateInstanceType(purchase: Purchase): string | undefined {
  if (purchase.kind === "warm") return purchase.instanceType;
  return purchase.choice.by === "types" ? purchase.choice.instanceTypes[0] : undefined;
}

/** Arguments of the Auto Scaling group that follow from the purchase options. */
export function capacityArgs(
  { id, latestVersion }: ec2.LaunchTemplate,
  purchase: Purchase,
): Pick<autoscaling.GroupArgs, "launchTemplate" | "warmPool" | "mixedInstancesPolicy" | "capacityRebalance"> {
  const version = latestVersion.apply(String);
  if (purchase.kind === "warm") {
    return {
      launchTemplate: { id, version },
      warmPool: {
        poolState: "Stopped",
        minSize: purchase.minStopped,
        maxGroupPreparedCapacity: purchase.maxPrepared,
        // An instance that was a node does not return to the warm pool.
        instanceReusePolicy: { reuseOnScaleIn: false },
      },
    };
  }
  return {
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: id, version },
        overrides: overrides(purchase.choice),
      },
      instancesDistribution: {
        onDemandAllocationStrategy: purchase.onDemandAllocation,
        onDemandBaseCapacity: purchase.onDemandBase,
        onDemandPercentageAboveBaseCapacity: purchase.onDemandPercentAboveBase,
        spotAllocationStrategy: purchase.spotAllocation,
      },
    },
    capacityRebalance: purchase.rebalance,
  };
}

function overrides(choice: Choice) {
  if (choice.by === "types") return choice.instanceTypes.map((instanceType) => ({ instanceType }));
  return [{ instanceRequirements: choice.requirements }];
}
