import type { ClusterSpec, WorkerPoolSpec } from "../clusterSpec";
import { groupsOf } from "./pools.plan";
import { hasSpot } from "./purchaseOptions.plan";
import { checkLabels, checkTaints } from "./labelChecks";
import { checkArchitecture, checkDisk, checkImage } from "../machines/checks";
import { checkDuplicates } from "../network/checks";
import { checkRequirements } from "./requirementChecks";
import { checkUserData } from "./userDataChecks";
import { checkWindows } from "./windowsChecks";
import { architectureOf, hasNvidiaGpu } from "../settings/instanceTypes";
import type { Finding, SettingPath } from "../settings/problems";

/** Worker pools. */

/** Launch template overrides that an Auto Scaling group takes. */
const mostInstanceTypes = 40;

export function* checkPools(spec: ClusterSpec): Iterable<Finding> {
  const pools = Object.entries(spec.workers);
  if (pools.length === 0) {
    yield {
      path: ["workers"],
      found: {},
      message: "has no pool, and pods would have no machine to run on; write a pool such as general: {}",
    };
  }
  for (const [name, pool] of pools) yield* checkPool(spec, name, pool);
}

function* checkPool(spec: ClusterSpec, name: string, pool: WorkerPoolSpec): Iterable<Finding> {
  const path: SettingPath = ["workers", name];
  yield* checkSize(path, pool);
  yield* checkInstanceTypes(path, pool);
  yield* checkRequirements(path, pool);
  yield* checkWarmPool(path, pool);
  yield* checkWindows(spec, path, pool);
  yield* checkGroupNames(spec, name, pool);
  yield* checkZones(spec, path, pool);
  yield* checkLabels(spec, path, pool);
  yield* checkTaints(path, pool);
  yield* checkUserData(spec, name, pool);
  yield* checkDisk([...path, "rootVolume"], pool.rootVolume);
  if (pool.image !== undefined && pool.os === "linux") yield* checkPoolImage(spec, path, pool, pool.image);
  yield* checkGpuDisk(path, pool);
}

/** The snapshot of the default image is of 75 GiB, and EC2 refuses a disk that is smaller than its snapshot. */
const leastGpuDisk = 75;

function* checkGpuDisk(path: SettingPath, { gpu, image, rootVolume }: WorkerPoolSpec): Iterable<Finding> {
  if (!gpu || image !== undefined || rootVolume.sizeGiB >= leastGpuDisk) return;
  yield {
    path: [...path, "rootVolume", "sizeGiB"],
    found: rootVolume.sizeGiB,
    message: `is too small for the image of GPU machines, which takes ${leastGpuDisk} GiB itself; write at least 100`,
    involves: [
      [...path, "gpu"],
      [...path, "image"],
    ],
  };
}

/** `db` with groups by zone has one called like that of a pool `db-a`. */
function* checkGroupNames(spec: ClusterSpec, name: string, pool: WorkerPoolSpec): Iterable<Finding> {
  if (!pool.perZone) return;
  for (const { suffix = "" } of groupsOf(spec, name)) {
    const other = `${name}-${suffix}`;
    if (!Object.hasOwn(spec.workers, other)) continue;
    yield {
      path: ["workers", other],
      found: other,
      message: `is also what pool ${name} calls its group in zone ${suffix}; write another name`,
      involves: [
        ["workers", name, "perZone"],
        ["workers", name, "zones"],
      ],
    };
  }
}

function* checkSize(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  if (pool.min > pool.max) {
    yield {
      path: [...path, "max"],
      found: pool.max,
      message: `is less than min (${pool.min}); write at least ${pool.min}, or lower min`,
      involves: [[...path, "min"]],
    };
  }
  if (pool.onDemand.base > pool.max) {
    yield {
      path: [...path, "onDemand", "base"],
      found: pool.onDemand.base,
      message: `is more than the pool's max (${pool.max}); write at most that`,
      involves: [[...path, "max"]],
    };
  }
}

function* checkInstanceTypes(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const typesPath = [...path, "instanceTypes"];
  yield* checkDuplicates(typesPath, pool.instanceTypes);
  if (pool.instanceTypes.length > mostInstanceTypes) {
    yield {
      path: typesPath,
      found: pool.instanceTypes.length,
      message: `has ${pool.instanceTypes.length} types; an Auto Scaling group takes ${mostInstanceTypes}`,
    };
  }
  const [first, ...others] = pool.instanceTypes.entries();
  if (!first) return;
  yield* checkArchitecture(path, pool.architecture, first[1], [...typesPath, 0]);
  for (const [index, type] of others) {
    if (architectureOf(type) === architectureOf(first[1])) continue;
    yield {
      path: [...typesPath, index],
      found: type,
      message: `is ${architectureOf(type)} and ${first[1]} is ${architectureOf(first[1])}; write types of one architecture, or a second pool`,
    };
  }
  for (const [index, type] of pool.instanceTypes.entries()) {
    if (hasNvidiaGpu(type) === pool.gpu) continue;
    const message = pool.gpu
      ? "has no NVIDIA GPU; write a type such as g6.xlarge, or gpu: false"
      : "has NVIDIA GPUs; write gpu: true, or a type without";
    yield { path: [...typesPath, index], found: type, message, involves: [[...path, "gpu"]] };
  }
}

/** AWS keeps warm pools to groups of one instance type on demand (PutWarmPool refuses spot, and a mixed instances policy in most regions). */
function* checkWarmPool(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const { warmPool } = pool;
  if (!warmPool) return;
  const warmPath: SettingPath = [...path, "warmPool"];
  if (hasSpot(pool)) {
    yield {
      path: warmPath,
      found: warmPool,
      message:
        "AWS keeps no spot machines in a warm pool; write onDemand.percentAboveBase: 100, or leave the warm pool out",
      involves: [[...path, "onDemand"]],
    };
  }
  if (pool.requirements !== undefined) {
    yield {
      path: warmPath,
      found: warmPool,
      message:
        "a warm pool is of one instance type; write instanceTypes with one in place of requirements, or leave it out",
      involves: [[...path, "requirements"]],
    };
  }
  if (pool.instanceTypes.length > 1) {
    yield {
      path: warmPath,
      found: warmPool,
      message: `a warm pool is of one instance type, and this pool has ${pool.instanceTypes.length}; write one type, or leave the warm pool out`,
      involves: [[...path, "instanceTypes"]],
    };
  }
  if (warmPool.max > pool.max) {
    yield {
      path: [...warmPath, "max"],
      found: warmPool.max,
      message: `is more than the pool's max (${pool.max}); write at most that`,
      involves: [[...path, "max"]],
    };
  }
  if (warmPool.min > warmPool.max) {
    yield {
      path: [...warmPath, "min"],
      found: warmPool.min,
      message: `is more than its max (${warmPool.max}); write at most that`,
      involves: [
        [...warmPath, "max"],
        [...path, "max"],
      ],
    };
  }
}

function* checkZones(spec: ClusterSpec, path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const { zones } = spec.network;
  if (pool.zones === zones) return;
  const zonesPath = [...path, "zones"];
  yield* checkDuplicates(zonesPath, pool.zones);
  for (const [index, zone] of pool.zones.entries()) {
    if (zones.includes(zone)) continue;
    yield {
      path: [...zonesPath, index],
      found: zone,
      message: `is no zone of the cluster; write one of ${zones.join(", ")}, or add it to network.zones`,
      involves: [["network", "zones"], ["aws:region"]],
    };
  }
}

function* checkPoolImage(spec: ClusterSpec, path: SettingPath, pool: WorkerPoolSpec, image: string): Iterable<Finding> {
  const imagePath = [...path, "image"];
  const involves: readonly SettingPath[] = [
    [...path, "instanceTypes"],
    [...path, "architecture"],
  ];
  yield* checkImage(spec, imagePath, image, pool.architecture, involves);
  // A parameter's name has been looked at; an id is told by the image that it is the same as.
  if (!image.startsWith("ami-")) return;
  const other = pool.architecture === "amd64" ? "arm64" : "amd64";
  if (image === spec.nodes.images[other] && image !== spec.nodes.images[pool.architecture]) {
    yield {
      path: imagePath,
      found: image,
      message: `is nodes.images.${other}, and the pool is ${pool.architecture}; write an image for ${pool.architecture}`,
      involves: [...involves, ["nodes", "images"]],
    };
  }
}
