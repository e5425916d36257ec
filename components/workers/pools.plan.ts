/** Auto Scaling groups of a worker pool, their tags for the Cluster Autoscaler, and the labels and taints of its nodes. */

import type { Tags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import type { HealthyShare } from "../machines/lifecycleHooks.plan";
import { imageOf, poolGroupName } from "../machines/images.plan";
import type { ImageSource } from "../machines/images.plan";
import { poolPatches } from "../node/kubeadmPatches.plan";
import type { Patches } from "../node/kubeadmPatches.plan";
import type { NodeConfig } from "../node/nodeConfig.plan";
import type { DiskSpec } from "../settings/fields";
import { planPurchase } from "./purchaseOptions.plan";
import type { Purchase } from "./purchaseOptions.plan";
import type { Taint, WorkerPoolSpec } from "./settings";

/** Key of the label and the taint of nodes with NVIDIA GPUs, as NVIDIA's device plugin expects it. */
export const gpuKey = "nvidia.com/gpu";
/** Label with the name of the pool. */
export const poolLabel = "holdfast.dev/pool";
/** Label of nodes with a sandbox for pods; its value is the kind. */
export const sandboxLabel = "holdfast.dev/sandbox";
/** Taint of Windows nodes, as Kubernetes' guide to Windows recommends: most pods are for Linux without a node selector. */
export const windowsTaint: Taint = { key: "os", value: "windows", effect: "NoSchedule" };

const secondsPerDay = 86_400;

/** Root device of Amazon's Windows images. */
const windowsRootDevice = "/dev/sda1";

/** Auto Scaling group of a pool. */
export interface PoolGroup {
  /** Name of the Auto Scaling group and of its launch template. */
  readonly groupName: string;
  /** Part of resource names that identifies the zone's group. Default: the pool has one group for all zones. */
  readonly suffix?: string;
  readonly zones: readonly string[];
  readonly autoscalerTags: Tags;
}

/** Plan of a worker pool. */
export interface PoolPlan {
  readonly groups: readonly PoolGroup[];
  readonly kubernetesVersion: string;
  readonly os: WorkerPoolSpec["os"];
  readonly image: ImageSource;
  readonly rootDevice: string;
  readonly rootVolume: DiskSpec;
  /** Security groups in addition to the workers' own. */
  readonly securityGroupIds: readonly string[];
  /** Size limits of each group. */
  readonly min: number;
  readonly max: number;
  readonly purchase: Purchase;
  /** Pool section of the machines' `node.json`. */
  readonly node: NonNullable<NodeConfig["pool"]>;
  /** kubeadm patches of the kubelet settings. */
  readonly patches: Patches;
  /** Percentages of a group's capacity between which a rollout keeps the instances in service. */
  readonly healthy: HealthyShare;
  /** Seconds. Default: machines have no maximum age. */
  readonly maxInstanceLifetime?: number | undefined;
}

/** @throws RangeError for an unknown pool, and for combinations that the settings reject. */
export function planPool(spec: ClusterSpec, name: string): PoolPlan {
  const pool = spec.workers[name];
  if (pool === undefined) throw new RangeError(`unknown worker pool ${name}`);
  const { gpu, sandbox } = pool;
  const labels = {
    ...pool.labels,
    ...(gpu ? { [gpuKey]: "true" } : {}),
    ...(sandbox === undefined ? {} : { [sandboxLabel]: sandbox }),
  };
  const taints = taintsOf(pool);
  return {
    groups: groupsOf(spec, name).map((group) => ({
      ...group,
      autoscalerTags: {
        [`${autoscaler}/enabled`]: "true",
        [`${autoscaler}/${spec.name}`]: "owned",
        ...nodeTemplateTags(pool, { ...labels, [poolLabel]: name }, taints, pool.perZone ? group.zones[0] : undefined),
      },
    })),
    kubernetesVersion: pool.kubernetesVersion,
    os: pool.os,
    image: imageOf(spec, poolGroupName(name)),
    rootDevice: pool.os === "windows" ? windowsRootDevice : spec.nodes.rootDevice,
    rootVolume: pool.rootVolume,
    securityGroupIds: pool.securityGroupIds,
    min: pool.min,
    max: pool.max,
    purchase: planPurchase(name, pool),
    node: { name, labels, taints, maxPods: pool.maxPods, gpu: gpu ? true : undefined, sandbox },
    patches: poolPatches(spec, name),
    healthy: healthyShare(pool),
    maxInstanceLifetime: pool.maxNodeAgeDays === undefined ? undefined : pool.maxNodeAgeDays * secondsPerDay,
  };
}

/** Percentages between which a rollout of a pool keeps its instances in service. */
export function healthyShare({ maxUnavailable, maxSurge }: WorkerPoolSpec): HealthyShare {
  return { min: 100 - maxUnavailable, max: 100 + maxSurge };
}

/** Auto Scaling groups of a pool, in the order of its zones. */
export function groupsOf(spec: ClusterSpec, name: string): readonly Omit<PoolGroup, "autoscalerTags">[] {
  const pool = spec.workers[name];
  if (pool === undefined) return [];
  const groupName = `${spec.name}-${poolGroupName(name)}`;
  if (!pool.perZone) return [{ groupName, zones: pool.zones }];
  return pool.zones.map((zone) => {
    const suffix = zoneSuffix(spec.region, zone);
    return { groupName: `${groupName}-${suffix}`, suffix, zones: [zone] };
  });
}

/** Part of a zone name after the region: `a` of eu-central-1a, `lax-1a` of us-west-2-lax-1a. */
export function zoneSuffix(region: string, zone: string): string {
  return zone.startsWith(region) ? zone.slice(region.length).replace(/^-/, "") : zone;
}

function taintsOf({ taints, gpu, os }: WorkerPoolSpec): readonly Taint[] {
  const required: readonly Taint[] = [
    ...(gpu ? [{ key: gpuKey, value: "true", effect: "NoSchedule" } as const] : []),
    ...(os === "windows" ? [windowsTaint] : []),
  ];
  const missing = required.filter(
    ({ key, effect }) => !taints.some((taint) => taint.key === key && taint.effect === effect),
  );
  return [...taints, ...missing];
}

const autoscaler = "k8s.io/cluster-autoscaler";
const nodeTemplate = `${autoscaler}/node-template`;

/** Prefix of the group tags from which the Cluster Autoscaler reads a pool's labels. */
export const nodeTemplateLabel = `${nodeTemplate}/label/`;

/** kubelet's default; only another number needs a tag. */
const defaultMaxPods = 110;

/** Only the EBS CSI driver sets this label, by which it binds volumes to zones. */
const volumeZoneLabel = "topology.ebs.csi.aws.com/zone";

/**
 * Tags that describe a node of an empty group to the Cluster Autoscaler ("Scaling a node group to 0" in its documentation for
 * AWS). It derives zones, architecture and resources from the instance type. Where AWS chooses the type, the tags state the
 * minimum.
 * @param zone the only zone of the group, if it has one.
 */
function nodeTemplateTags(
  pool: WorkerPoolSpec,
  nodeLabels: Readonly<Record<string, string>>,
  taints: readonly Taint[],
  zone: string | undefined,
): Tags {
  const { os, rootVolume, maxPods, requirements } = pool;
  const labels = { ...nodeLabels, "kubernetes.io/os": os === "windows" ? os : undefined, [volumeZoneLabel]: zone };
  const resources = {
    "ephemeral-storage": `${rootVolume.sizeGiB}Gi`,
    pods: maxPods === defaultMaxPods ? undefined : String(maxPods),
    cpu: requirements && String(requirements.vcpus.min),
    memory: requirements && `${requirements.memoryGiB.min}Gi`,
    [gpuKey]: requirements?.gpus && String(requirements.gpus.min),
  };
  const tags: Record<string, string> = {};
  const add = (kind: string, values: Readonly<Record<string, string | undefined>>) => {
    for (const [key, value] of Object.entries(values))
      if (value !== undefined) tags[`${nodeTemplate}/${kind}/${key}`] = value;
  };
  add("label", labels);
  // Tag keys are unique: of several taints with one key, the autoscaler gets the first.
  for (const { key, value, effect } of taints) tags[`${nodeTemplate}/taint/${key}`] ??= `${value}:${effect}`;
  add("resources", resources);
  return tags;
}
