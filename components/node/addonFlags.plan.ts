/** What the machines' own components are told because of what runs in the cluster. */

import type { ClusterSpec } from "../clusterSpec";
import { has } from "../addons/spec";

type Flags = Readonly<Record<string, string>>;

/** Somebody in the cluster knows the cloud: kubelets wait for it to initialise their nodes, and tell what they know. */
const external: Flags = { "cloud-provider": "external" };

export function kubeletFlags(spec: ClusterSpec): Flags {
  return has(spec, "cloudController") ? external : {};
}

export function controllerManagerFlags(spec: ClusterSpec): Flags {
  return has(spec, "cloudController") ? external : {};
}

/**
 * With an approver in the cluster, kubelets serve with certificates of the cluster's authority and API servers insist on it;
 * without one, `kubectl logs` and `exec` would fail on every node.
 */
export function servesWithClusterCertificate(spec: ClusterSpec): boolean {
  return has(spec, "certificateApprover");
}

export function kubeletTrustFlags(spec: ClusterSpec): Flags {
  return servesWithClusterCertificate(spec) ? { "kubelet-certificate-authority": "/etc/kubernetes/pki/ca.crt" } : {};
}
