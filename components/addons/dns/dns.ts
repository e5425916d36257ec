import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { CoreDns } from "./coreDns";
import { NodeLocalCache } from "./nodeLocalCache";
import { ProportionalAutoscaler } from "./proportionalAutoscaler";

/** DNS of the cluster: CoreDNS with its autoscaler and an optional cache on every node. */
export class Dns extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Dns", name, {}, options);
    const { autoscaling, nodeLocalCache } = spec.addons.dns;
    const coreDns = new CoreDns(`${name}-coredns`, { spec }, { parent: this });
    const after = { parent: this, dependsOn: coreDns };
    if (autoscaling.enabled) {
      new ProportionalAutoscaler(
        `${name}-autoscaler`,
        { settings: spec.addons.dns, deployment: coreDns.deployment },
        after,
      );
    }
    if (nodeLocalCache.enabled) new NodeLocalCache(`${name}-cache`, { spec }, after);
    this.registerOutputs();
  }
}
