import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";

import type { DnsSpec } from "../../clusterSpec";
import { Account } from "../shared/serviceAccount";
import { disruptionBudget } from "../shared/disruptionBudget";
import { partLabels, selectorLabels } from "../shared/labels.plan";
import { images, versions } from "../shared/images.plan";
import {
  onControlPlane,
  probes,
  replicatedPod,
  resources,
  systemNamespace,
  unprivileged,
} from "../shared/workload.plan";

const program = "dns-autoscaler";
const healthPort = 8080;

/** How many replicas there are to be (cluster-proportional-autoscaler, "linear" mode). Pure. */
export function linear({ minReplicas, autoscaling }: Pick<DnsSpec, "minReplicas" | "autoscaling">): object {
  return {
    coresPerReplica: autoscaling.coresPerReplica,
    nodesPerReplica: autoscaling.nodesPerReplica,
    min: minReplicas,
    max: autoscaling.max,
    preventSinglePointFailure: minReplicas > 1,
    // A node that takes no pods for now still has pods that ask.
    includeUnschedulableNodes: true,
  };
}

export interface ProportionalAutoscalerArgs {
  readonly dns: DnsSpec;
  /** Name of CoreDNS' Deployment. */
  readonly target: pulumi.Input<string>;
}

/** Keeps the number of CoreDNS' replicas in proportion to the cluster. */
export class ProportionalAutoscaler extends pulumi.ComponentResource {
  constructor(name: string, args: ProportionalAutoscalerArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ProportionalAutoscaler", name, {}, options);
    const labels = partLabels({ name: program, version: versions.proportionalAutoscaler });
    const metadata = { name: program, namespace: systemNamespace, labels };
    const selector = selectorLabels(program);
    const { account } = new Account(
      `${name}-account`,
      {
        account: program,
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
      { metadata, data: { linear: JSON.stringify(linear(args.dns)) } },
      { parent: this },
    );
    new Deployment(
      `${name}-deployment`,
      {
        metadata,
        spec: {
          // They work side by side without harm: both come to the same number.
          replicas: 2,
          selector: { matchLabels: selector },
          template: {
            metadata: { labels },
            spec: {
              ...replicatedPod(account, selector),
              tolerations: [onControlPlane],
              containers: [
                {
                  name: program,
                  image: images.proportionalAutoscaler,
                  command: ["/cluster-proportional-autoscaler"],
                  args: [
                    `--namespace=${systemNamespace}`,
                    pulumi.interpolate`--configmap=${parameters.metadata.name}`,
                    pulumi.interpolate`--target=deployment/${args.target}`,
                    "--logtostderr=true",
                    "--v=2",
                  ],
                  resources: resources("10m", "32Mi", "64Mi"),
                  securityContext: unprivileged,
                  ...probes(healthPort, { live: "/healthz", ready: "/healthz" }),
                },
              ],
            },
          },
        },
      },
      { parent: this },
    );
    disruptionBudget(`${name}-budget`, metadata, selector, this);
    this.registerOutputs();
  }
}
