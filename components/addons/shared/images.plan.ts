/** Versions of the platform's parts and the images that they come in. */

/** Registry of Kubernetes' own projects. */
const kubernetes = "registry.k8s.io";

export const versions = {
  cilium: "1.20.2",
  flannel: "0.28.4",
  flannelCni: "1.9.1-flannel1",
  metricsServer: "0.9.0",
  certificateApprover: "1.2.14",
  proportionalAutoscaler: "1.9.0",
  nodeLocalDns: "1.26.8",
} as const;

/** The cloud controller by Kubernetes minor: its own minor is Kubernetes' (cloud-provider-aws, "Compatibility"). */
const cloudControllers: Readonly<Record<string, string>> = { "1.35": "1.35.0", "1.36": "1.36.1" };

/** @throws RangeError for a minor version that Holdfast does not know; settings refuse it before. */
export function cloudControllerVersion(kubernetesVersion: string): string {
  const minor = kubernetesVersion.split(".").slice(0, 2).join(".");
  const found = cloudControllers[minor];
  if (found === undefined) throw new RangeError(`no cloud controller is known for Kubernetes ${kubernetesVersion}`);
  return found;
}

export const images = {
  flannel: `ghcr.io/flannel-io/flannel:v${versions.flannel}`,
  flannelCni: `ghcr.io/flannel-io/flannel-cni-plugin:v${versions.flannelCni}`,
  metricsServer: `${kubernetes}/metrics-server/metrics-server:v${versions.metricsServer}`,
  certificateApprover: `ghcr.io/postfinance/kubelet-csr-approver:v${versions.certificateApprover}`,
  proportionalAutoscaler: `${kubernetes}/cpa/cluster-proportional-autoscaler:v${versions.proportionalAutoscaler}`,
  nodeLocalDns: `${kubernetes}/dns/k8s-dns-node-cache:${versions.nodeLocalDns}`,
} as const;

export const coreDnsImage = (version: string): string => `${kubernetes}/coredns/coredns:v${version}`;

export const cloudControllerImage = (kubernetesVersion: string): string =>
  `${kubernetes}/provider-aws/cloud-controller-manager:v${cloudControllerVersion(kubernetesVersion)}`;
