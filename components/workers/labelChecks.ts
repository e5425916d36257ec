import type { ClusterSpec } from "../clusterSpec";
import type { Finding, SettingPath } from "../settings/problems";
import { finding } from "../settings/problems";
import { gpuKey, nodeTemplateLabel, poolLabel, sandboxLabel, windowsTaint } from "./pools.plan";
import type { WorkerPoolSpec } from "./settings";

/**
 * Labels that kubelet or the cloud controller sets. Of the other labels in `kubernetes.io` and `k8s.io`, the NodeRestriction
 * admission plugin lets kubelet set only those in `kubelet.kubernetes.io` and `node.kubernetes.io` (k8s.io/kubelet/pkg/apis,
 * KEP 279).
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

/** Reason why kubelet may not set a label, or undefined. */
function refusal(key: string): string | undefined {
  if (setByKubernetes.has(key)) return "set by Kubernetes; remove it";
  if (key === poolLabel) return "set by Holdfast to the pool's name; remove it";
  if (key === sandboxLabel) return "set by Holdfast to the pool's sandbox; remove it, and write sandbox: gvisor";
  const domain = key.includes("/") ? (key.split("/")[0] ?? "") : "";
  if (within(domain, "node-restriction.kubernetes.io")) {
    return "nodes may not set node-restriction.kubernetes.io labels; label the node after it has joined, or write a key in your own domain";
  }
  if (within(domain, "kubelet.kubernetes.io") || within(domain, "node.kubernetes.io")) return undefined;
  if (within(domain, "kubernetes.io") || within(domain, "k8s.io")) {
    return "nodes may not set labels in kubernetes.io and k8s.io; write node.kubernetes.io/<name>, or a key in your own domain";
  }
  return undefined;
}

/** Limits of AWS for tags. The Cluster Autoscaler reads a pool's labels and taints from tags of its group. */
const maxTagKey = 128;
const maxGroupTags = 50;

/** Holdfast's tags of a group: five for identity, two for discovery, and up to ten that describe a GPU machine in one zone. */
const ownGroupTags = 17;

export function* checkLabels(spec: ClusterSpec, path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const labelsPath = [...path, "labels"];
  for (const key of Object.keys(pool.labels)) {
    const here = [...labelsPath, key];
    const message = refusal(key);
    if (message !== undefined) yield finding(here, message);
    else if (pool.gpu && key === gpuKey) yield finding(here, "set by gpu: true; remove it", [[...path, "gpu"]]);
    yield* checkTagLength(here, key);
  }
  const count = Object.keys(pool.labels).length + pool.taints.length;
  const room = maxGroupTags - ownGroupTags - Object.keys(spec.tags).length;
  if (count > room) {
    const message = `${count} labels and taints, but the tags of an Auto Scaling group have room for ${room}; write fewer labels, taints or cluster.tags`;
    yield finding(labelsPath, message, [["tags"], [...path, "taints"]]);
  }
}

function* checkTagLength(path: SettingPath, key: string): Iterable<Finding> {
  const max = maxTagKey - nodeTemplateLabel.length;
  if (key.length <= max) return;
  yield {
    path,
    found: key,
    message: `${key.length} characters, but the autoscaler's tag has room for ${max}; write a shorter key`,
  };
}

export function* checkTaints(path: SettingPath, pool: WorkerPoolSpec): Iterable<Finding> {
  const seen = new Set<string>();
  for (const [index, taint] of pool.taints.entries()) {
    const here: SettingPath = [...path, "taints", index];
    const keyPath = [...here, "key"];
    const id = `${taint.key}:${taint.effect}`;
    if (seen.has(id)) yield finding(here, `duplicate key and effect ${id}; remove one`);
    seen.add(id);
    const domain = taint.key.split("/")[0] ?? "";
    if (within(domain, "node.kubernetes.io") || within(domain, "node.cloudprovider.kubernetes.io")) {
      yield finding(keyPath, "set and removed by Kubernetes; write a key in your own domain");
    } else if (pool.gpu && taint.key === gpuKey) {
      yield finding(keyPath, "set by gpu: true; remove it", [[...path, "gpu"]]);
    }
    if (pool.os === "windows" && taint.key === windowsTaint.key) {
      yield finding(keyPath, "set by os: windows; remove it", [[...path, "os"]]);
    }
    yield* checkTagLength(keyPath, taint.key);
  }
}
