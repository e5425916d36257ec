import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../clusterSpec";
import { CertificateApprover } from "./certificateApprover/certificateApprover";
import { CloudController } from "./cloudController/cloudController";
import { Dns } from "./dns/dns";
import { MetricsServer } from "./metricsServer/metricsServer";
import { podNetwork } from "./podNetwork/podNetwork";
import { PriorityClasses } from "./priorityClasses/priorityClasses";
import { has } from "./spec";

export interface PlatformArgs {
  readonly spec: ClusterSpec;
}

/** What runs inside the cluster for all, in the order in which each needs those before it. */
export class Platform extends pulumi.ComponentResource {
  /** What pods wait for: priorities, the pods' network, initialised nodes. Whatever runs pods comes after it. */
  readonly schedulable: readonly pulumi.Resource[];

  constructor(name: string, args: PlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Platform", name, {}, options);
    const { spec } = args;
    const parent = { parent: this };

    const priorities = new PriorityClasses(`${name}-priorities`, parent);
    const network = podNetwork(`${name}-pod-network`, args, parent);
    const cloud = has(spec, "cloudController")
      ? new CloudController(`${name}-cloud-controller`, args, parent)
      : undefined;
    this.schedulable = [priorities, network, cloud].filter((part) => part !== undefined);

    const after = { ...parent, dependsOn: [...this.schedulable] };
    if (has(spec, "dns")) new Dns(`${name}-dns`, args, after);
    if (has(spec, "certificateApprover")) new CertificateApprover(`${name}-certificate-approver`, args, after);
    if (has(spec, "metricsServer")) new MetricsServer(`${name}-metrics-server`, args, after);

    this.registerOutputs();
  }
}
