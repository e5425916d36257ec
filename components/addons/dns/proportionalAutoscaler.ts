import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";

import { recommendedLabels } from "../shared/labels.plan";
import { probes, resources, systemNamespace, tolerateControlPlane, unprivileged } from "../shared/pods.plan";
import { AddonServiceAccount } from "../shared/serviceAccount";
import { createDeployment } from "../shared/workloads";
import { autoscaler as program, autoscalerImage as image } from "./images.plan";
import type { DnsSpec } from "./settings";

export interface ProportionalAutoscalerArgs {
  readonly settings: DnsSpec;
  /** Name of the Deployment to scale. */
  readonly deployment: pulumi.Input<string>;
}

/** cluster-proportional-autoscaler: scales CoreDNS with the number of nodes and cores. */
export class ProportionalAutoscaler extends pulumi.ComponentResource {
  constructor(name: string, args: ProportionalAutoscalerArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ProportionalAutoscaler", name, {}, options);
    const { serviceAccountName } = new AddonServiceAccount(
      `${name}-service-account`,
      {
        serviceAccount: program.name,
        rules: [
          { apiGroups: [""], resources: ["nodes"], verbs: ["list", "watch"] },
          { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["get", "update"] },
          { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "create"] },
        ],
      },
      { parent: this },
    );
    const parameters = new ConfigMap(
      `${name}-parameters`,
      {
        metadata: { name: program.name, namespace: systemNamespace, labels: recommendedLabels(program) },
        data: { linear: JSON.stringify(linearMode(args.settings)) },
      },
      { parent: this },
    );
    createDeployment(
      name,
      {
        program,
        serviceAccountName,
        // Replicas need no leader: they compute the same number.
        replicas: 2,
        pod: {
          tolerations: [tolerateControlPlane],
          containers: [
            {
              name: program.name,
              image,
              command: ["/cluster-proportional-autoscaler"],
              args: [
                `--namespace=${systemNamespace}`,
                pulumi.interpolate`--configmap=${parameters.metadata.name}`,
                pulumi.interpolate`--target=deployment/${args.deployment}`,
                "--logtostderr=true",
                "--v=2",
              ],
              resources: resources("10m", "32Mi", "64Mi"),
              securityContext: unprivileged,
              ...probes(8080, { live: "/healthz", ready: "/healthz" }),
            },
          ],
        },
      },
      this,
    );
    this.registerOutputs();
  }
}

/** Parameters of the autoscaler's linear mode. */
function linearMode({ minReplicas, autoscaling }: DnsSpec): object {
  return {
    coresPerReplica: autoscaling.coresPerReplica,
    nodesPerReplica: autoscaling.nodesPerReplica,
    min: minReplicas,
    max: autoscaling.maxReplicas,
    preventSinglePointFailure: minReplicas > 1,
    // Pods on cordoned nodes still send queries.
    includeUnschedulableNodes: true,
  };
}
