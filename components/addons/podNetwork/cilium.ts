import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import type { AddonArgs } from "../shared/addonArgs";
import { controllerReplicas, systemNamespace } from "../shared/pods.plan";

/** Cilium from its own chart: VXLAN between nodes, NetworkPolicies enforced in the kernel. */
export class Cilium extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Cilium", name, {}, options);
    new Release(
      `${name}-release`,
      {
        name: "cilium",
        namespace: systemNamespace,
        chart: "cilium",
        version: "1.20.2",
        repositoryOpts: { repo: "https://helm.cilium.io" },
        values: ciliumValues(spec),
        // Seconds: every node pulls the agent's image.
        timeout: 900,
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

/** Values of the chart `cilium`. */
function ciliumValues({ controlPlane, addons }: ClusterSpec) {
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
