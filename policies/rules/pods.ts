import type { Resource } from "../model/stack";
import { kubernetes } from "../model/types";
import type { Value } from "../model/value";

export const workloadTypes = [
  kubernetes.deployment,
  kubernetes.statefulSet,
  kubernetes.daemonSet,
  kubernetes.job,
  kubernetes.cronJob,
  kubernetes.pod,
] as const;

/** Workloads that run until they are deleted. */
export const longRunningTypes = [kubernetes.deployment, kubernetes.statefulSet, kubernetes.daemonSet] as const;

export const replicatedTypes = [kubernetes.deployment, kubernetes.statefulSet] as const;

/** Pod template of a workload; for a Pod the Pod itself. */
export function podTemplate(workload: Resource): Value {
  switch (workload.type) {
    case kubernetes.pod:
      return workload.inputs;
    case kubernetes.cronJob:
      return workload.at("spec", "jobTemplate", "spec", "template");
    default:
      return workload.at("spec", "template");
  }
}

export const podSpec = (workload: Resource): Value => podTemplate(workload).at("spec");

/** Containers and init containers. */
export function containersOf(workload: Resource): readonly Value[] {
  const spec = podSpec(workload);
  return [...spec.at("initContainers").items(), ...spec.at("containers").items()];
}

export const mainContainers = (workload: Resource): readonly Value[] => podSpec(workload).at("containers").items();

export const nameOf = (named: Value): string => named.at("name").string() ?? named.path;

export const namespaceOf = (resource: Resource): string | undefined => resource.at("metadata", "namespace").string();

export const replicasOf = (workload: Resource): number => workload.at("spec", "replicas").number() ?? 1;

/** True if a selector matches the labels, or uses matchExpressions, which are not evaluated. */
export function selects(selector: Value, labels: Value): boolean {
  if (!selector.at("matchExpressions").absent) return true;
  const required = selector.at("matchLabels").entries();
  return required.every(([key, value]) => labels.at(key).string() === value.string());
}

/**
 * True for agents of the node, such as the pod network, which need access to the node: workloads in kube-system, where only
 * administrators create workloads, with priority class system-node-critical.
 */
export const isNodeAgent = (workload: Resource): boolean =>
  namespaceOf(workload) === "kube-system" &&
  podSpec(workload).at("priorityClassName").string() === "system-node-critical";
