/** What the platform's workloads have in common: as little as they can do with, and not all in one place. */

import type { core } from "@pulumi/kubernetes/types/input";

/** Where the platform's namespaced objects are: administrators alone make anything there. */
export const systemNamespace = "kube-system";

/** A container that is nobody, and can become nobody else. */
export const unprivileged: core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};

/** Pods of an unprivileged workload; 65534 is `nobody`, who has nothing. */
export const unprivilegedPod: core.v1.PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: 65534,
  runAsGroup: 65534,
  seccompProfile: { type: "RuntimeDefault" },
};

/** Pods that take a role of AWS: the token for it is a file of the group. */
export const unprivilegedTokenPod: core.v1.PodSecurityContext = {
  ...unprivilegedPod,
  fsGroup: unprivilegedPod.runAsGroup,
};

/** The control plane's machines keep other pods away. */
export const onControlPlane: core.v1.Toleration = {
  key: "node-role.kubernetes.io/control-plane",
  operator: "Exists",
  effect: "NoSchedule",
};

/** A node's agent is on every node, whatever that says of itself. */
export const onEveryNode: core.v1.Toleration = { operator: "Exists" };

/**
 * Replicas over zones, then over nodes. Preferred and not required: while a zone is out, its nodes still count, and
 * replacements for its replicas would have nowhere to go.
 */
export function spread(labels: Readonly<Record<string, string>>): core.v1.TopologySpreadConstraint[] {
  return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: { ...labels } },
  }));
}

/** What pods of a replicated workload have in common. @param account name of their service account. */
export function replicatedPod<Text>(account: Text, labels: Readonly<Record<string, string>>) {
  return {
    serviceAccountName: account,
    automountServiceAccountToken: true,
    priorityClassName: "system-cluster-critical",
    securityContext: unprivilegedPod,
    topologySpreadConstraints: spread(labels),
  };
}

/** What pods of an agent on every Linux node have in common. @param account name of their service account. */
export function nodeAgentPod<Text>(account: Text) {
  return {
    serviceAccountName: account,
    automountServiceAccountToken: true,
    priorityClassName: "system-node-critical",
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [onEveryNode],
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
  };
}

/** What a container asks for, and the memory it may have at most. No limit of CPU: it would only slow down what could go on. */
export function resources(cpu: string, memory: string, mostMemory = memory): core.v1.ResourceRequirements {
  return { requests: { cpu, memory }, limits: { memory: mostMemory } };
}

/** Probes of a container's health endpoints, on one port. */
export function probes(
  port: number | string,
  paths: { readonly live: string; readonly ready: string },
  how: { readonly scheme?: "HTTP" | "HTTPS"; readonly host?: string } = {},
): Pick<core.v1.Container, "livenessProbe" | "readinessProbe"> {
  const get = (path: string): core.v1.Probe => ({ httpGet: { port, path, ...how } });
  return {
    livenessProbe: { ...get(paths.live), initialDelaySeconds: 10, periodSeconds: 10, failureThreshold: 5 },
    readinessProbe: { ...get(paths.ready), periodSeconds: 10 },
  };
}
