import * as pulumi from "@pulumi/pulumi";

import { ServiceAccountRole } from "../../access/serviceAccounts/serviceAccountRole";
import { controllerCharts } from "../shared/charts.plan";
import { reachOf } from "../shared/controller";
import type { ControllerArgs } from "../shared/controller";
import { deployChart } from "../shared/deployChart";
import { autoscaler, autoscalerStatements, autoscalerValues } from "./values.plan";

/** Sizes worker pools by the pods that wait for a node, and by the nodes that nobody needs. */
export class ClusterAutoscaler extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, { spec, account, issuer }: ControllerArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ClusterAutoscaler", name, {}, options);
    const role = new ServiceAccountRole(
      `${name}-role`,
      { cluster: spec.name, account, issuer, ...autoscaler, policy: autoscalerStatements(reachOf(spec, account)) },
      { parent: this },
    );
    deployChart(
      `${name}-chart`,
      {
        release: "cluster-autoscaler",
        from: controllerCharts.clusterAutoscaler,
        values: autoscalerValues(spec, spec.platform.clusterAutoscaler, role.identity),
      },
      { parent: this },
    );
    this.roleArn = role.roleArn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
