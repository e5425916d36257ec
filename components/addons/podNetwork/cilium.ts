import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { systemNamespace } from "../shared/pods.plan";
import { chart, ciliumValues } from "./cilium.plan";

/** Cilium from its own chart: VXLAN between nodes, NetworkPolicies enforced in the kernel. */
export class Cilium extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Cilium", name, {}, options);
    new Release(
      `${name}-release`,
      {
        name: chart.chart,
        namespace: systemNamespace,
        chart: chart.chart,
        version: chart.version,
        repositoryOpts: { repo: chart.repository },
        values: ciliumValues(spec),
        // Seconds: every node pulls the agent's image.
        timeout: 900,
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
