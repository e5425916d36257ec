/** What a worker pool is on AWS: its groups, their machines, and what those are told. */

import type { ClusterSpec, DiskSpec, Taint, WorkerPoolSpec } from "../clusterSpec";
import type { NodeConfig } from "../node/nodeConfig.plan";
import type { Tags } from "../aws/tags.plan";
import { discoveryTags, templateTags } from "./autoscalerTags.plan";
import { planPurchase } from "./purchaseOptions.plan";
import type { Purchase } from "./purchaseOptions.plan";

/** Key of the label and the taint of machines with NVIDIA GPUs, as NVIDIA's device plugin expects it. */
export const gpuKey = "nvidia.com/gpu";
/** Key of the label that nodes set with the name of their pool. */
export const poolLabel = "holdfast.dev/pool";
/** Key of the label of machines that have a sandbox for pods; its value is the kind. */
export const sandboxLabel = "holdfast.dev/sandbox";
/** Taint of Windows machines, as Kubernetes' guide to Windows proposes: most pods are for Linux, and few say so. */
export const windowsTaint: Taint = { key: "os", value: "windows", effect: "NoSchedule" };

/** Root device of Amazon's Windows images. */
const windowsRootDevice = "/dev/sda1";

/** An Auto Scaling group of a pool: the only one, or that of a zone. */
export interface PoolGroup {
  /** Name of the Auto Scaling group and of its launch template. */
  readonly groupName: string;
  /** What tells it from the pool's other groups in names of resources: the zone; absent where it is the only one. */
  readonly suffix?: string;
  readonly zones: readonly string[];
  /** How the Cluster Autoscaler finds the group, and what a machine of it would be like when there is none to look at. */
  readonly autoscalerTags: Tags;
}

/** A worker pool, ready to be declared. */
export interface PoolPlan {
  readonly groups: readonly PoolGroup[];
  readonly os: WorkerPoolSpec["os"];
  readonly image: string;
  readonly rootDevice: string;
  readonly rootVolume: DiskSpec;
  /** Sizes of each group. */
  readonly min: number;
  readonly max: number;
  readonly purchase: Purchase;
  /** What a machine of the pool is told. */
  readonly node: NonNullable<NodeConfig["pool"]>;
  /** Percentages of a group between which it stays while a rollout replaces its machines. */
  readonly healthy: { readonly min: number; readonly max: number };
}

/**
 * Plans a pool of the cluster.
 * @throws RangeError for what settings refuse: an unknown pool, no instance type, a warm pool of several types or of spot machines.
 */
export function planPool(spec: ClusterSpec, name: string): PoolPlan {
  const pool = spec.workers[name];
  if (pool === undefined) throw new RangeError(`there is no worker pool ${name}`);
  const labels = labelsOf(pool);
  const taints = taintsOf(pool);
  const described = { labels: { ...labels, [poolLabel]: name }, taints };
  return {
    groups: groupsOf(spec, name).map((group) => ({
      ...group,
      autoscalerTags: {
        ...discoveryTags(spec.name),
        ...templateTags(pool, described, pool.perZone ? group.zones[0] : undefined),
      },
    })),
    os: pool.os,
    image: pool.image ?? imageOf(spec, pool),
    rootDevice: pool.os === "windows" ? windowsRootDevice : spec.nodes.rootDevice,
    rootVolume: pool.rootVolume,
    min: pool.min,
    max: pool.max,
    purchase: planPurchase(name, pool),
    node: {
      name,
      labels,
      taints,
      maxPods: pool.maxPods,
      ...(pool.gpu && { gpu: true }),
      ...(pool.sandbox && { sandbox: pool.sandbox }),
    },
    healthy: healthy(pool.minHealthyPercentage),
  };
}

/** The Auto Scaling groups of a pool, in the order of its zones. */
export function groupsOf(spec: ClusterSpec, name: string): readonly Omit<PoolGroup, "autoscalerTags">[] {
  const pool = spec.workers[name];
  if (pool === undefined) return [];
  const groupName = `${spec.name}-worker-${name}`;
  if (!pool.perZone) return [{ groupName, zones: pool.zones }];
  return pool.zones.map((zone) => {
    const suffix = zoneSuffix(spec.region, zone);
    return { groupName: `${groupName}-${suffix}`, suffix, zones: [zone] };
  });
}

/** What tells a zone from the others of its region: `a` of eu-central-1a, `lax-1a` of us-west-2-lax-1a. */
export function zoneSuffix(region: string, zone: string): string {
  return zone.startsWith(region) ? zone.slice(region.length).replace(/^-/, "") : zone;
}

/** Image of a pool's machines, where it names none of its own. */
export function imageOf({ nodes }: ClusterSpec, { os, gpu, architecture }: WorkerPoolSpec): string {
  if (os === "windows") return nodes.windowsImage;
  return (gpu ? nodes.gpuImages : nodes.images)[architecture];
}

function labelsOf({ labels, gpu, sandbox }: WorkerPoolSpec): Readonly<Record<string, string>> {
  return { ...labels, ...(gpu && { [gpuKey]: "true" }), ...(sandbox && { [sandboxLabel]: sandbox }) };
}

function taintsOf({ taints, gpu, os }: WorkerPoolSpec): readonly Taint[] {
  const own: readonly Taint[] = [
    ...(gpu ? [{ key: gpuKey, value: "true", effect: "NoSchedule" } as const] : []),
    ...(os === "windows" ? [windowsTaint] : []),
  ];
  const missing = own.filter(
    ({ key, effect }) => !taints.some((taint) => taint.key === key && taint.effect === effect),
  );
  return missing.length === 0 ? taints : [...taints, ...missing];
}

/**
 * A tenth of the pool is launched over its size, so that a rollout costs no capacity where it need not; Auto Scaling takes
 * a span of at most 100.
 */
function healthy(min: number): { readonly min: number; readonly max: number } {
  return { min, max: Math.min(110, min + 100) };
}
