import type { WorkerPoolSpec } from "../clusterSpec";
import { hasSpot } from "./purchaseOptions.plan";
import type { Finding, SettingPath } from "../settings/problems";

/** Pools that say what an instance type must have, and how spot machines are chosen. */

export function* checkRequirements(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  yield* checkAllocation(path, pool);
  const { requirements, instanceTypes, gpu } = pool;
  if (requirements === undefined) return;
  const here: SettingPath = [...path, "requirements"];
  if (instanceTypes.length > 0) {
    yield {
      path: here,
      found: requirements,
      message: "goes in place of instanceTypes, which the pool has, too; leave one out",
      involves: [[...path, "instanceTypes"]],
    };
  }
  for (const key of ["vcpus", "memoryGiB", "gpus"] as const) {
    const range = requirements[key];
    if (range?.max === undefined || range.max >= range.min) continue;
    yield {
      path: [...here, key, "max"],
      found: range.max,
      message: `is less than min (${range.min}); write at least that`,
      involves: [[...here, key, "min"]],
    };
  }
  if (gpu === (requirements.gpus !== undefined)) return;
  const message = gpu
    ? "is needed in a pool of GPU machines; write gpus: { min: 1 }, or gpu: false"
    : "goes with gpu: true; write that, or leave it out";
  yield { path: [...here, "gpus"], found: requirements.gpus, message, involves: [[...path, "gpu"]] };
}

function* checkAllocation(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  if (!hasSpot(pool) || pool.spot.allocation !== "capacityOptimizedPrioritized") return;
  if (pool.requirements !== undefined) {
    yield {
      path: [...path, "spot", "allocation"],
      found: pool.spot.allocation,
      message: "keeps to the order of instanceTypes, and requirements have none; write priceCapacityOptimized",
      involves: [[...path, "requirements"]],
    };
  }
}
