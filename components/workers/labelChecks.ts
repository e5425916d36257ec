import type { ClusterSpec, WorkerPoolSpec } from "../clusterSpec";
import { gpuKey, poolLabel, sandboxLabel, windowsTaint } from "./pools.plan";
import type { Finding, SettingPath } from "../settings/problems";

/** Node labels and taints: what kubelet may set on its own node, and what fits in a group's tags. */

/**
 * Keys that kubelet or the cloud controller sets itself. With the NodeRestriction admission plugin kubelet may further
 * set only what lies in `kubelet.kubernetes.io` and `node.kubernetes.io` of all that ends in `kubernetes.io` or `k8s.io`
 * (k8s.io/kubelet/pkg/apis, KEP 279).
 */
const setByKubernetes: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "node.kubernetes.io/exclude-from-external-load-balancers",
]);

const within = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);

/** Why kubelet may not set a label, or undefined. */
function refusal(key: string): string | undefined {
  if (setByKubernetes.has(key)) return "is set by Kubernetes itself; leave it out";
  if (key === poolLabel) return "is set by Holdfast to the pool's name; leave it out";
  if (key === sandboxLabel) return "is set by Holdfast to the pool's sandbox; leave it out, and write sandbox: gvisor";
  const domain = key.includes("/") ? (key.split("/")[0] ?? "") : "";
  if (within(domain, "node-restriction.kubernetes.io")) {
    return "a node may not label itself with node-restriction.kubernetes.io; label it after it joined, or write a key under a domain of yours";
  }
  if (within(domain, "kubelet.kubernetes.io") || within(domain, "node.kubernetes.io")) return undefined;
  if (within(domain, "kubernetes.io") || within(domain, "k8s.io")) {
    return "a node may not label itself below kubernetes.io and k8s.io; write node.kubernetes.io/<name> or a key under a domain of yours";
  }
  return undefined;
}

/** The Cluster Autoscaler learns of a pool's labels and taints from tags of its group. */
const autoscalerPrefix = "k8s.io/cluster-autoscaler/node-template/label/";
const longestTagKey = 128;
const mostGroupTags = 50;

/**
 * Tags that a pool's group has at most besides those of the settings, its labels and its taints: five say what it is and whose,
 * two are for discovery, and ten describe a GPU machine of whatever type in one zone.
 */
const ownGroupTags = 17;

export function* checkLabels(spec: ClusterSpec, path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const labelsPath = [...path, "labels"];
  for (const [key, value] of Object.entries(pool.labels)) {
    const here = [...labelsPath, key];
    const message = refusal(key);
    if (message !== undefined) yield { path: here, found: value, message };
    else if (pool.gpu && key === gpuKey)
      yield { path: here, found: value, message: "is set by gpu: true; leave it out", involves: [[...path, "gpu"]] };
    yield* checkTagLength(here, key);
  }
  const count = Object.keys(pool.labels).length + pool.taints.length;
  const room = mostGroupTags - ownGroupTags - Object.keys(spec.tags).length;
  if (count > room) {
    yield {
      path: labelsPath,
      found: pool.labels,
      message: `the pool has ${count} labels and taints, each a tag of its Auto Scaling group for the autoscaler, and there is room for ${room}; write fewer labels, taints or cluster.tags`,
      involves: [["tags"], [...path, "taints"]],
    };
  }
}

function* checkTagLength(path: SettingPath, key: string): Iterable<Finding> {
  const most = longestTagKey - autoscalerPrefix.length;
  if (key.length > most) {
    yield {
      path,
      found: key,
      message: `is ${key.length} characters long; the autoscaler's tag of it has room for ${most}`,
    };
  }
}

export function* checkTaints(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const seen = new Set<string>();
  for (const [index, taint] of pool.taints.entries()) {
    const here: SettingPath = [...path, "taints", index];
    const id = `${taint.key}:${taint.effect}`;
    if (seen.has(id))
      yield {
        path: here,
        found: taint,
        message: `Kubernetes takes one taint of a key and effect, and ${id} is there twice; leave one out`,
      };
    seen.add(id);
    const domain = taint.key.split("/")[0] ?? "";
    if (within(domain, "node.kubernetes.io") || within(domain, "node.cloudprovider.kubernetes.io")) {
      yield {
        path: [...here, "key"],
        found: taint.key,
        message: "is set and removed by Kubernetes itself; write a key under a domain of yours",
      };
    } else if (pool.gpu && taint.key === gpuKey) {
      yield {
        path: [...here, "key"],
        found: taint.key,
        message: "is set by gpu: true; leave it out",
        involves: [[...path, "gpu"]],
      };
    }
    if (pool.os === "windows" && taint.key === windowsTaint.key) {
      yield {
        path: [...here, "key"],
        found: taint.key,
        message: "is set by os: windows; leave it out",
        involves: [[...path, "os"]],
      };
    }
    yield* checkTagLength([...here, "key"], taint.key);
  }
}
