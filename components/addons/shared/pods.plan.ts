/** Parts of pod specifications that add-ons share. */

import type { core } from "@pulumi/kubernetes/types/input";

/** Namespace of the add-ons; only administrators create objects in it. */
export const systemNamespace = "kube-system";

/** Security context of an unprivileged container. */
export const unprivileged: core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};

/** Security context of an unprivileged pod; 65534 is the user `nobody`. */
export const unprivilegedPod: core.v1.PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: 65534,
  runAsGroup: 65534,
  seccompProfile: { type: "RuntimeDefault" },
};

/** Security context of a pod that assumes an IAM role: the group can read the token's file. */
export const unprivilegedTokenPod: core.v1.PodSecurityContext = {
  ...unprivilegedPod,
  fsGroup: unprivilegedPod.runAsGroup,
};

/** Tolerates the taint of control-plane nodes. */
export const tolerateControlPlane: core.v1.Toleration = {
  key: "node-role.kubernetes.io/control-plane",
  operator: "Exists",
  effect: "NoSchedule",
};

/** Tolerates every taint. */
export const tolerateEverything: core.v1.Toleration = { operator: "Exists" };

/** Placement on control-plane nodes: a worker that is drained or removed does not take the controller with it. */
export const onControlPlane = {
  nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
  tolerations: [tolerateControlPlane, { key: "CriticalAddonsOnly", operator: "Exists" }],
};

/** Replicas of a controller on the control plane: two, where there are two nodes for them. */
export function controllerReplicas(controlPlane: { readonly members: number }): number {
  return Math.min(2, controlPlane.members);
}

/**
 * Spreads replicas over zones, then over nodes. A preference, because replacements must be schedulable while a zone is out:
 * its nodes still count for the skew.
 */
export function spread(labels: Readonly<Record<string, string>>): core.v1.TopologySpreadConstraint[] {
  return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: { ...labels } },
  }));
}

/** Pod of a replicated workload, without its containers. */
export function replicatedPod<Text>(serviceAccountName: Text, labels: Readonly<Record<string, string>>) {
  return {
    serviceAccountName,
    automountServiceAccountToken: true,
    priorityClassName: "system-cluster-critical",
    securityContext: unprivilegedPod,
    topologySpreadConstraints: spread(labels),
  };
}

/** Pod of an agent on every Linux node, without its containers. */
export function nodeAgentPod<Text>(serviceAccountName: Text) {
  return {
    serviceAccountName,
    automountServiceAccountToken: true,
    priorityClassName: "system-node-critical",
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [tolerateEverything],
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
  };
}

/** Requests, and a limit of memory. There is no CPU limit: it would throttle a container on an idle node. */
export function resources(cpu: string, memory: string, memoryLimit = memory): core.v1.ResourceRequirements {
  return { requests: { cpu, memory }, limits: { memory: memoryLimit } };
}

/** Liveness and readiness probes over HTTP on one port. */
export function probes(
  port: number | string,
  paths: { readonly live: string; readonly ready: string },
  target: { readonly scheme?: "HTTP" | "HTTPS"; readonly host?: string } = {},
): Pick<core.v1.Container, "livenessProbe" | "readinessProbe"> {
  const get = (path: string): core.v1.Probe => ({ httpGet: { port, path, ...target } });
  return {
    livenessProbe: { ...get(paths.live), initialDelaySeconds: 10, periodSeconds: 10, failureThreshold: 5 },
    readinessProbe: { ...get(paths.ready), periodSeconds: 10 },
  };
}

/** Environment variable with a field of the pod. */
export const podField = (name: string, fieldPath: string): core.v1.EnvVar => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});
