import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { createServiceAccountRole } from "../shared/addonArgs";
import { createChartRelease } from "../shared/chartRelease";
import { clusterAutoscalerStatements } from "./role.plan";
import { chart, clusterAutoscalerValues, program } from "./values.plan";

/** Cluster Autoscaler: adds nodes for pending pods and removes unneeded nodes. */
export class ClusterAutoscaler extends pulumi.ComponentResource {
  constructor(name: string, args: AddonArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ClusterAutoscaler", name, {}, options);
    const role = createServiceAccountRole(name, args, program, clusterAutoscalerStatements, this);
    createChartRelease(
      `${name}-chart`,
      { ...chart, values: clusterAutoscalerValues(args.spec, role.identity) },
      { parent: this },
    );
    this.registerOutputs();
  }
}
