/** Container images that machines run without add-ons. */

import type { ClusterSpec } from "../clusterSpec";
import { registriesInEcr } from "../ecr/registry.plan";
import { componentVersions } from "./kubernetesVersions.plan";

/** Registry of Kubernetes. */
const registry = "registry.k8s.io";

/** Whether the mirror of Kubernetes' registry wants credentials. */
export const isKubernetesRegistryInEcr = ({ nodes }: Pick<ClusterSpec, "nodes">): boolean =>
  registriesInEcr(nodes.registryMirrors).includes(registry);

export const coreDnsImage = (kubernetesVersion: string): string =>
  `${registry}/coredns/coredns:v${componentVersions(kubernetesVersion).coredns}`;

/** Image of the container that holds the namespaces of a pod. */
export const pauseImage = (kubernetesVersion: string): string =>
  `${registry}/pause:${componentVersions(kubernetesVersion).pause}`;

/** Images of a control-plane member, by kubeadm's names. */
export function controlPlaneImages(kubernetesVersion: string): readonly string[] {
  const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"];
  return [
    ...components.map((name) => `${registry}/${name}:v${kubernetesVersion}`),
    coreDnsImage(kubernetesVersion),
    pauseImage(kubernetesVersion),
  ];
}
