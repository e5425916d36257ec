/**
 * What a worker pool is on AWS: its machines, how they are bought, and what the Cluster Autoscaler reads off its group.
 */

import type { ClusterSpec, DiskSpec, Taint, WorkerPoolSpec } from "../clusterSpec";
import type { NodeConfig } from "../node/nodeConfig";
import type { Tags } from "../tags";

/** Key of the label and the taint of machines with NVIDIA GPUs, as NVIDIA's device plugin expects it. */
export const gpuKey = "nvidia.com/gpu";
/** Key of the label that nodes set with the name of their pool. */
export const poolLabel = "holdfast.dev/pool";

/** kubelet's default; a hint for the autoscaler is needed for another number only. */
const defaultMaxPods = 110;

/** Machines of several types, on demand and spot; or of one type, with stopped ones kept ready. */
export type Purchase =
  | {
      readonly kind: "mixed";
      /** In order of preference. */
      readonly instanceTypes: readonly [string, ...string[]];
      readonly onDemandBase: number;
      readonly onDemandPercentAboveBase: number;
      /** Whether any machine can be a spot machine. */
      readonly spot: boolean;
    }
  | {
      readonly kind: "warm";
      readonly instanceTypes: readonly [string];
      /** Stopped machines at least. */
      readonly minStopped: number;
      /** Machines at most, stopped and running. */
      readonly maxPrepared: number;
    };

/** A worker pool, ready to be declared. */
export interface PoolPlan {
  readonly groupName: string;
  readonly image: string;
  readonly rootVolume: DiskSpec;
  readonly min: number;
  readonly max: number;
  readonly zones: readonly string[];
  readonly purchase: Purchase;
  /** What a machine of the pool is told. */
  readonly node: NonNullable<NodeConfig["pool"]>;
  /** How the Cluster Autoscaler finds the group, and what a machine of it would be like when there is none to look at. */
  readonly autoscalerTags: Tags;
  /** Percentages of the pool between which it stays while a rollout replaces its machines. */
  readonly healthy: { readonly min: number; readonly max: number };
}

/**
 * Plans a pool of the cluster.
 * @throws RangeError for what settings refuse: an unknown pool, no instance type, a warm pool of several types or of spot machines.
 */
export function planPool(spec: ClusterSpec, name: string): PoolPlan {
  const pool = spec.workers[name];
  if (pool === undefined) throw new RangeError(`there is no worker pool ${name}`);
  const labels = pool.gpu ? { ...pool.labels, [gpuKey]: "true" } : pool.labels;
  const taints = pool.gpu ? withGpuTaint(pool.taints) : pool.taints;
  return {
    groupName: `${spec.name}-worker-${name}`,
    image: pool.image ?? spec.nodes.images[pool.architecture],
    rootVolume: pool.rootVolume,
    min: pool.min,
    max: pool.max,
    zones: pool.zones,
    purchase: purchase(name, pool),
    node: { name, labels, taints, maxPods: pool.maxPods },
    autoscalerTags: { ...discovery(spec.name), ...hints({ ...labels, [poolLabel]: name }, taints, pool) },
    healthy: healthy(pool.minHealthyPercentage),
  };
}

function purchase(name: string, pool: WorkerPoolSpec): Purchase {
  const { instanceTypes, onDemand, warmPool } = pool;
  const [first, ...others] = instanceTypes;
  if (first === undefined) throw new RangeError(`worker pool ${name} has no instance type`);
  const spot = onDemand.percentAboveBase < 100 && onDemand.base < pool.max;
  if (warmPool === undefined) {
    const { base: onDemandBase, percentAboveBase: onDemandPercentAboveBase } = onDemand;
    return { kind: "mixed", instanceTypes: [first, ...others], onDemandBase, onDemandPercentAboveBase, spot };
  }
  if (others.length > 0 || spot)
    throw new RangeError(`worker pool ${name} has a warm pool, but not one type on demand`);
  return { kind: "warm", instanceTypes: [first], minStopped: warmPool.min, maxPrepared: warmPool.max };
}

function withGpuTaint(taints: readonly Taint[]): readonly Taint[] {
  const given = taints.some(({ key, effect }) => key === gpuKey && effect === "NoSchedule");
  return given ? taints : [...taints, { key: gpuKey, value: "true", effect: "NoSchedule" }];
}

const autoscaler = "k8s.io/cluster-autoscaler";

function discovery(cluster: string): Tags {
  return { [`${autoscaler}/enabled`]: "true", [`${autoscaler}/${cluster}`]: "owned" };
}

/** Instance type, zones and architecture the autoscaler knows by itself; the rest of an empty pool it learns from these. */
function hints(labels: Readonly<Record<string, string>>, taints: readonly Taint[], pool: WorkerPoolSpec): Tags {
  const template = `${autoscaler}/node-template`;
  return {
    ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${template}/label/${key}`, value])),
    ...taintHints(`${template}/taint`, taints),
    [`${template}/resources/ephemeral-storage`]: `${pool.rootVolume.sizeGiB}Gi`,
    ...(pool.maxPods === defaultMaxPods ? {} : { [`${template}/resources/pods`]: String(pool.maxPods) }),
  };
}

/** A tag's key is unique, so of several taints with one key the autoscaler learns the first. */
function taintHints(prefix: string, taints: readonly Taint[]): Tags {
  const hints: Record<string, string> = {};
  for (const { key, value, effect } of taints) hints[`${prefix}/${key}`] ??= `${value}:${effect}`;
  return hints;
}

/**
 * A tenth of the pool is launched over its size, so that a rollout costs no capacity where it need not; Auto Scaling takes
 * a span of at most 100.
 */
function healthy(min: number): { readonly min: number; readonly max: number } {
  return { min, max: Math.min(110, min + 100) };
}
