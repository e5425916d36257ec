/**
 * What the Cluster Autoscaler reads off a group's tags: that it may size the group, and what a machine of the group would be
 * like when there is none to look at ("Scaling a node group to 0" in its documentation of AWS).
 */

import type { Taint, WorkerPoolSpec } from "../clusterSpec";
import type { Tags } from "../aws/tags.plan";

const autoscaler = "k8s.io/cluster-autoscaler";
const template = `${autoscaler}/node-template`;

/** kubelet's default; a hint is needed for another number only. */
const defaultMaxPods = 110;

/** By this label the EBS CSI driver binds volumes to zones, and only the driver sets it. */
const volumeZoneLabel = "topology.ebs.csi.aws.com/zone";

/** Tags by which the autoscaler finds the groups that are its to size. */
export function discoveryTags(cluster: string): Tags {
  return { [`${autoscaler}/enabled`]: "true", [`${autoscaler}/${cluster}`]: "owned" };
}

/**
 * Tags that describe a machine of a pool. Instance type, zones and architecture the autoscaler knows by itself, and what a
 * type brings with it; not so where AWS chooses the type: then it learns the least that a machine has.
 * @param zone where all machines of the group are in one.
 */
export function templateTags(
  pool: WorkerPoolSpec,
  { labels, taints }: { readonly labels: Readonly<Record<string, string>>; readonly taints: readonly Taint[] },
  zone: string | undefined,
): Tags {
  const all = {
    ...labels,
    ...(pool.os === "windows" && { "kubernetes.io/os": "windows" }),
    ...(zone !== undefined && { [volumeZoneLabel]: zone }),
  };
  return {
    ...Object.fromEntries(Object.entries(all).map(([key, value]) => [`${template}/label/${key}`, value])),
    ...taintTags(taints),
    ...Object.fromEntries(
      Object.entries(resources(pool)).map(([name, amount]) => [`${template}/resources/${name}`, amount]),
    ),
  };
}

/** A tag's key is unique, so of several taints with one key the autoscaler learns the first. */
function taintTags(taints: readonly Taint[]): Tags {
  const tags: Record<string, string> = {};
  for (const { key, value, effect } of taints) tags[`${template}/taint/${key}`] ??= `${value}:${effect}`;
  return tags;
}

function resources({ rootVolume, maxPods, requirements }: WorkerPoolSpec): Readonly<Record<string, string>> {
  return {
    "ephemeral-storage": `${rootVolume.sizeGiB}Gi`,
    ...(maxPods !== defaultMaxPods && { pods: String(maxPods) }),
    ...(requirements && {
      cpu: String(requirements.vcpus.min),
      memory: `${requirements.memoryGiB.min}Gi`,
      ...(requirements.gpus && { "nvidia.com/gpu": String(requirements.gpus.min) }),
    }),
  };
}
