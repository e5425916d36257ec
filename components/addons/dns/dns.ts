import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { CoreDns } from "./coreDns";
import { NodeLocalCache } from "./nodeLocalCache";
import { ProportionalAutoscaler } from "./proportionalAutoscaler";

/** DNS of the cluster: CoreDNS, its number of replicas, and on request a cache on every node. */
export class Dns extends pulumi.ComponentResource {
  constructor(name: string, { spec }: { readonly spec: ClusterSpec }, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Dns", name, {}, options);
    const { autoscaling, nodeLocalCache } = spec.platform.dns;
    const coreDns = new CoreDns(`${name}-coredns`, { spec }, { parent: this });
    const after = { parent: this, dependsOn: coreDns };
    if (autoscaling.enabled) {
      new ProportionalAutoscaler(`${name}-autoscaler`, { dns: spec.platform.dns, target: coreDns.deployment }, after);
    }
    if (nodeLocalCache.enabled) new NodeLocalCache(`${name}-cache`, { spec }, after);
    this.registerOutputs();
  }
}
