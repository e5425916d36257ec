import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { versions } from "../shared/images.plan";
import { systemNamespace } from "../shared/workload.plan";

/** Values of Cilium's chart. Pure. */
export function ciliumValues(
  spec: Pick<ClusterSpec, "controlPlane" | "network" | "platform">,
): Record<string, unknown> {
  const { hubble } = spec.platform.podNetwork.cilium;
  return {
    // kube-controller-manager gives each node its range; Cilium goes by it.
    ipam: { mode: "kubernetes" },
    // The VPC drops packets from addresses that it did not give: pods' packets travel inside machines' own.
    routingMode: "tunnel",
    tunnelProtocol: "vxlan",
    // kube-proxy is kubeadm's and stays.
    kubeProxyReplacement: false,
    operator: { replicas: spec.controlPlane.members > 1 ? 2 : 1 },
    hubble: { enabled: hubble, relay: { enabled: hubble } },
  };
}

/** Cilium, by its own chart: VXLAN from node to node, NetworkPolicies enforced in the kernel. */
export class Cilium extends pulumi.ComponentResource {
  constructor(name: string, { spec }: { readonly spec: ClusterSpec }, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Cilium", name, {}, options);
    new Release(
      `${name}-release`,
      {
        name: "cilium",
        namespace: systemNamespace,
        chart: "cilium",
        version: versions.cilium,
        repositoryOpts: { repo: "https://helm.cilium.io" },
        values: ciliumValues(spec),
        // An agent on every node, each with an image to load.
        timeout: 900,
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
