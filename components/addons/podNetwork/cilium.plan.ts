import type { ClusterSpec } from "../../clusterSpec";
import type { Chart } from "../shared/images.plan";
import { controllerReplicas } from "../shared/pods.plan";

export const chart: Chart = {
  repository: "https://helm.cilium.io",
  chart: "cilium",
  version: "1.20.2",
  registries: ["quay.io"],
};

/** Values of the chart `cilium`. */
export function ciliumValues({ controlPlane, addons }: ClusterSpec) {
  const { hubble } = addons.podNetwork.cilium;
  return {
    // kube-controller-manager assigns each node its range.
    ipam: { mode: "kubernetes" },
    // The VPC drops packets from addresses that it did not assign: encapsulate them.
    routingMode: "tunnel",
    tunnelProtocol: "vxlan",
    // kubeadm deploys kube-proxy.
    kubeProxyReplacement: false,
    operator: { replicas: controllerReplicas(controlPlane) },
    hubble: { enabled: hubble, relay: { enabled: hubble } },
  };
}
