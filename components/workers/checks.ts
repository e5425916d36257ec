import type { ClusterSpec } from "../clusterSpec";
import { checkArchitecture, checkDisk, checkImage } from "../machines/checks";
import { architectureOf, hasNvidiaGpu, tooSmall } from "../settings/instanceTypes";
import type { Finding, SettingPath } from "../settings/problems";
import { checkDuplicates, finding, regionPath } from "../settings/problems";
import { checkLabels, checkTaints } from "./labelChecks";
import { groupsOf } from "./pools.plan";
import { hasSpot } from "./purchaseOptions.plan";
import type { WorkerPoolSpec } from "./settings";
import { checkVersion } from "./versionChecks";
import { checkWindows } from "./windowsChecks";

/** Maximum number of launch template overrides of an Auto Scaling group. */
const maxInstanceTypes = 40;

/** The snapshot of the default GPU image has 75 GiB, and EC2 refuses a disk that is smaller than its snapshot. */
const minGpuDisk = 75;

/** Worker pools. */
export function* checkPools(spec: ClusterSpec): Iterable<Finding> {
  const pools = Object.entries(spec.workers);
  if (pools.length === 0) {
    const message = "no pool, so pods would have no node to run on; write a pool such as general: {}";
    yield { path: ["workers"], found: {}, message };
  }
  for (const [name, pool] of pools) yield* checkPool(spec, name, pool);
}

function* checkPool(spec: ClusterSpec, name: string, pool: WorkerPoolSpec): Iterable<Finding> {
  const path: SettingPath = ["workers", name];
  yield* checkVersion(spec, path, pool);
  yield* checkSize(path, pool);
  yield* checkInstanceTypes(path, pool);
  yield* checkAllocation(path, pool);
  yield* checkRequirements(path, pool);
  yield* checkWarmPool(path, pool);
  yield* checkSurge(path, pool);
  yield* checkAge(spec, path, pool);
  yield* checkWindows(spec, path, pool);
  yield* checkGroupNames(spec, name, pool);
  yield* checkZones(spec, path, pool);
  yield* checkLabels(spec, path, pool);
  yield* checkDuplicates([...path, "securityGroupIds"], pool.securityGroupIds);
  yield* checkTaints(path, pool);
  yield* checkDisk([...path, "rootVolume"], pool.rootVolume);
  if (pool.image !== undefined && pool.os === "linux") yield* checkPoolImage(spec, path, pool, pool.image);
  if (pool.gpu && pool.image === undefined && pool.rootVolume.sizeGiB < minGpuDisk) {
    const message = `smaller than the GPU image, which has ${minGpuDisk} GiB; write at least 100`;
    yield finding([...path, "rootVolume", "sizeGiB"], message, [
      [...path, "gpu"],
      [...path, "image"],
    ]);
  }
}

/** With `perZone`, the group of pool `db` in zone a has the name of a pool `db-a`. */
function* checkGroupNames(spec: ClusterSpec, name: string, pool: WorkerPoolSpec): Iterable<Finding> {
  if (!pool.perZone) return;
  for (const { suffix = "" } of groupsOf(spec, name)) {
    const other = `${name}-${suffix}`;
    if (!Object.hasOwn(spec.workers, other)) continue;
    const message = `same name as the group of pool ${name} in zone ${suffix}; choose another name`;
    yield {
      path: ["workers", other],
      found: other,
      message,
      involves: [
        ["workers", name, "perZone"],
        ["workers", name, "zones"],
      ],
    };
  }
}

function* checkSize(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  if (pool.min > pool.max) {
    const message = `must be at least min (${pool.min}); write at least ${pool.min}, or lower min`;
    yield finding([...path, "max"], message, [[...path, "min"]]);
  }
  if (pool.onDemand.base > pool.max) {
    const message = `more than the pool's max; write at most ${pool.max}`;
    yield finding([...path, "onDemand", "base"], message, [[...path, "max"]]);
  }
}

function* checkInstanceTypes(
  path: SettingPath,
  { instanceTypes, architecture, gpu }: WorkerPoolSpec,
): Iterable<Finding> {
  const typesPath = [...path, "instanceTypes"];
  yield* checkDuplicates(typesPath, instanceTypes);
  if (instanceTypes.length > maxInstanceTypes) {
    const message = `${instanceTypes.length} types, but an Auto Scaling group takes ${maxInstanceTypes}; write fewer`;
    yield finding(typesPath, message);
  }
  const [first] = instanceTypes;
  if (first === undefined) return;
  yield* checkArchitecture(path, architecture, first, [...typesPath, 0]);
  for (const [index, type] of instanceTypes.entries()) {
    const typePath = [...typesPath, index];
    const problem = tooSmall(type, "worker");
    if (problem !== undefined) yield finding(typePath, problem);
    if (architectureOf(type) !== architectureOf(first)) {
      const message = `${architectureOf(type)}, but ${first} is ${architectureOf(first)}; write types of one architecture, or a second pool`;
      yield finding(typePath, message);
    }
    if (hasNvidiaGpu(type) !== gpu) {
      const message = gpu
        ? "no NVIDIA GPU; write a type such as g6.xlarge, or gpu: false"
        : "has NVIDIA GPUs; write gpu: true, or a type without";
      yield finding(typePath, message, [[...path, "gpu"]]);
    }
  }
}

function* checkAllocation(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  if (!hasSpot(pool) || pool.spot.allocation !== "capacityOptimizedPrioritized" || !pool.requirements) return;
  const message = "requires the order of instanceTypes, which requirements do not have; write priceCapacityOptimized";
  yield finding([...path, "spot", "allocation"], message, [[...path, "requirements"]]);
}

function* checkRequirements(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const { requirements, instanceTypes, gpu } = pool;
  if (requirements === undefined) return;
  const here: SettingPath = [...path, "requirements"];
  if (instanceTypes.length > 0) {
    yield finding(here, "not valid together with instanceTypes; remove one of them", [[...path, "instanceTypes"]]);
  }
  for (const key of ["vcpus", "memoryGiB", "gpus"] as const) {
    const range = requirements[key];
    if (range?.max === undefined || range.max >= range.min) continue;
    yield finding([...here, key, "max"], `must be at least min; write at least ${range.min}`, [[...here, key, "min"]]);
  }
  if (gpu === (requirements.gpus !== undefined)) return;
  const message = gpu
    ? "required for GPU pools; write gpus: { min: 1 }, or gpu: false"
    : "only valid with gpu: true; add that, or remove this";
  yield finding([...here, "gpus"], message, [[...path, "gpu"]]);
}

/** PutWarmPool refuses spot instances, and a mixed instances policy in most regions. */
function* checkWarmPool(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const { warmPool } = pool;
  if (!warmPool) return;
  const warmPath: SettingPath = [...path, "warmPool"];
  if (hasSpot(pool)) {
    const message =
      "a warm pool cannot contain spot instances; write onDemand.percentAboveBase: 100, or remove the warm pool";
    yield finding(warmPath, message, [[...path, "onDemand"]]);
  }
  if (pool.requirements !== undefined || pool.instanceTypes.length > 1) {
    const cause = pool.requirements !== undefined ? "requirements" : "instanceTypes";
    const message = `a warm pool needs exactly one on-demand instance type; write one in instanceTypes, or remove the warm pool`;
    yield finding(warmPath, message, [[...path, cause]]);
  }
  if (warmPool.max > pool.max) {
    yield finding([...warmPath, "max"], `more than the pool's max; write at most ${pool.max}`, [[...path, "max"]]);
  }
  if (warmPool.min > warmPool.max) {
    yield finding([...warmPath, "min"], `more than its max; write at most ${warmPool.max}`, [
      [...warmPath, "max"],
      [...path, "max"],
    ]);
  }
}

/** Auto Scaling replaces old machines without asking: their pods need the drain. */
function* checkAge({ addons }: ClusterSpec, path: SettingPath, { maxNodeAgeDays }: WorkerPoolSpec): Iterable<Finding> {
  if (maxNodeAgeDays === undefined || addons.nodeTerminationHandler.enabled) return;
  const handler = ["addons", "nodeTerminationHandler", "enabled"];
  const message =
    "machines would be replaced undrained; write addons.nodeTerminationHandler.enabled: true, or remove this";
  yield finding([...path, "maxNodeAgeDays"], message, [handler]);
}

/** Most that `maxUnavailable` and `maxSurge` may have in sum: Auto Scaling's limit between its two percentages. */
const maxHealthyRange = 100;

function* checkSurge(path: SettingPath, { maxUnavailable, maxSurge }: WorkerPoolSpec): Iterable<Finding> {
  const unavailable: SettingPath = [...path, "maxUnavailable"];
  const surge: SettingPath = [...path, "maxSurge"];
  if (maxUnavailable === 0 && maxSurge === 0) {
    const message =
      "no machine could be replaced, because maxUnavailable is 0 too; write maxSurge: 10, or a larger maxUnavailable";
    yield finding(surge, message, [unavailable]);
  }
  if (maxUnavailable + maxSurge > maxHealthyRange) {
    const message = `${maxUnavailable + maxSurge} % together with maxUnavailable, but Auto Scaling accepts ${maxHealthyRange} %; write at most ${maxHealthyRange - maxUnavailable}, or a smaller maxUnavailable`;
    yield finding(surge, message, [unavailable]);
  }
}

function* checkZones(spec: ClusterSpec, path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const { zones } = spec.network;
  if (pool.zones === zones) return;
  const zonesPath = [...path, "zones"];
  yield* checkDuplicates(zonesPath, pool.zones);
  for (const [index, zone] of pool.zones.entries()) {
    if (zones.includes(zone)) continue;
    const message = `not a zone of the cluster; choose from ${zones.join(", ")}, or add it to network.zones`;
    yield finding([...zonesPath, index], message, [["network", "zones"], regionPath]);
  }
}

function* checkPoolImage(spec: ClusterSpec, path: SettingPath, pool: WorkerPoolSpec, image: string): Iterable<Finding> {
  const imagePath = [...path, "image"];
  const involves: readonly SettingPath[] = [
    [...path, "instanceTypes"],
    [...path, "architecture"],
  ];
  const { architecture, kubernetesVersion } = pool;
  yield* checkImage(spec, imagePath, image, { architecture, kubernetesVersion, involves });
  // An AMI id does not show its architecture, unless it is one of the cluster's images.
  if (!image.startsWith("ami-")) return;
  const other = pool.architecture === "amd64" ? "arm64" : "amd64";
  if (image === spec.nodes.images[other] && image !== spec.nodes.images[pool.architecture]) {
    const message = `same image as nodes.images.${other}, but the pool is ${pool.architecture}; write an image for ${pool.architecture}`;
    yield finding(imagePath, message, [...involves, ["nodes", "images"]]);
  }
}
