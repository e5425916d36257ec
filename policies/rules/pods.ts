import type { Resource } from "../model/stack";
import { kubernetes } from "../model/types";
import type { Value } from "../model/value";

/** What runs pods. */
export const workloadTypes = [
  kubernetes.deployment,
  kubernetes.statefulSet,
  kubernetes.daemonSet,
  kubernetes.job,
  kubernetes.cronJob,
  kubernetes.pod,
] as const;

/** What is meant to answer requests at all times. */
export const servingTypes = [kubernetes.deployment, kubernetes.statefulSet, kubernetes.daemonSet] as const;

/** What has replicas that can do each other's work. */
export const replicatedTypes = [kubernetes.deployment, kubernetes.statefulSet] as const;

/** The template of the pods that a workload runs. */
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

/** All containers of a pod, those that run first included. */
export function containersOf(workload: Resource): readonly Value[] {
  const spec = podSpec(workload);
  return [...spec.at("initContainers").items(), ...spec.at("containers").items()];
}

/** Containers that run as long as the pod does. */
export const mainContainers = (workload: Resource): readonly Value[] => podSpec(workload).at("containers").items();

export const nameOf = (container: Value): string => container.at("name").text() ?? container.path;

export const namespaceOf = (resource: Resource): string | undefined => resource.at("metadata", "namespace").text();

export const replicasOf = (workload: Resource): number => workload.at("spec", "replicas").number() ?? 1;

/** Whether every label that a selector asks for is there. */
export function selects(selector: Value, labels: Value): boolean {
  const wanted = selector.at("matchLabels").entries();
  if (!selector.at("matchExpressions").absent) return true;
  return wanted.every(([key, value]) => labels.at(key).text() === value.text());
}

/**
 * Whether a workload is one of the nodes' own agents: in kube-system, where administrators alone make workloads, and of the
 * priority without which a node is none. A pod network or a cloud controller has to reach into the node; what does not
 * say so of itself is judged like everything else.
 */
export const isNodeAgent = (workload: Resource): boolean =>
  namespaceOf(workload) === "kube-system" &&
  podSpec(workload).at("priorityClassName").text() === "system-node-critical";
