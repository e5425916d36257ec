import type { ClusterSpec, WorkerPoolSpec } from "../components/clusterSpec";
import { mostNodes } from "./checksAddressing";
import { checkLabels, checkTaints } from "./checksLabels";
import { checkArchitecture, checkDisk, checkImage } from "./checksMachines";
import { checkDuplicates } from "./checksNetwork";
import { checkUserData } from "./checksUserData";
import { architectureOf, hasNvidiaGpu } from "./instanceTypes";
import type { Finding, SettingPath } from "./problems";

/** Worker pools. */

/** Kubernetes is built for at most this many nodes ("Considerations for large clusters"). */
const mostClusterNodes = 5000;

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
  const nodes = mostNodes(spec);
  if (nodes > mostClusterNodes) {
    yield {
      path: ["workers"],
      found: pools.length,
      message: `may grow to ${nodes} nodes with the control plane; Kubernetes takes ${mostClusterNodes}; lower max of some pools`,
    };
  }
  for (const [name, pool] of pools) yield* checkPool(spec, name, pool);
}

function* checkPool(spec: ClusterSpec, name: string, pool: WorkerPoolSpec): Iterable<Finding> {
  const path: SettingPath = ["workers", name];
  yield* checkSize(path, pool);
  yield* checkInstanceTypes(path, pool);
  yield* checkWarmPool(path, pool);
  yield* checkZones(spec, path, pool);
  yield* checkLabels(spec, path, pool);
  yield* checkTaints(path, pool);
  yield* checkUserData(spec, name, pool);
  yield* checkDisk([...path, "rootVolume"], pool.rootVolume);
  if (pool.image !== undefined) yield* checkPoolImage(spec, path, pool, pool.image);
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
  const { warmPool, onDemand } = pool;
  if (!warmPool) return;
  const warmPath: SettingPath = [...path, "warmPool"];
  if (onDemand.percentAboveBase < 100 && onDemand.base < pool.max) {
    yield {
      path: warmPath,
      found: warmPool,
      message:
        "AWS keeps no spot machines in a warm pool; write onDemand.percentAboveBase: 100, or leave the warm pool out",
      involves: [[...path, "onDemand"]],
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
