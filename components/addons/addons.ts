import * as pulumi from "@pulumi/pulumi";

import { CertificateApprover } from "./certificateApprover/certificateApprover";
import { CloudController } from "./cloudController/cloudController";
import { ClusterAutoscaler } from "./clusterAutoscaler/clusterAutoscaler";
import { Dns } from "./dns/dns";
import { EbsCsiDriver } from "./ebsCsiDriver/ebsCsiDriver";
import { ExternalDns } from "./externalDns/externalDns";
import { GpuDevicePlugin } from "./gpuDevicePlugin/gpuDevicePlugin";
import { Gvisor } from "./gvisor/gvisor";
import { MetricsServer } from "./metricsServer/metricsServer";
import { NodeProblemDetector } from "./nodeProblemDetector/nodeProblemDetector";
import { NodeTerminationHandler } from "./nodeTerminationHandler/nodeTerminationHandler";
import { Cilium } from "./podNetwork/cilium";
import { Flannel } from "./podNetwork/flannel";
import { PriorityClasses } from "./priorityClasses/priorityClasses";
import { addonTable } from "./addonTable.plan";
import type { AddonName } from "./addonTable.plan";
import type { AddonArgs } from "./shared/addonArgs";

type Component = new (
  name: string,
  args: AddonArgs,
  options: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** Add-ons without which pods cannot be scheduled: priorities, pod network, node initialization. */
const prerequisites = {
  "priority-classes": PriorityClasses,
  cilium: Cilium,
  flannel: Flannel,
  "cloud-controller": CloudController,
} satisfies Partial<Record<AddonName, Component>>;

/** All other add-ons; each depends on the prerequisites. */
const others: Readonly<Record<Exclude<AddonName, keyof typeof prerequisites>, Component>> = {
  dns: Dns,
  "certificate-approver": CertificateApprover,
  "metrics-server": MetricsServer,
  "ebs-csi-driver": EbsCsiDriver,
  "termination-handler": NodeTerminationHandler,
  "cluster-autoscaler": ClusterAutoscaler,
  "problem-detector": NodeProblemDetector,
  "external-dns": ExternalDns,
  "gpu-device-plugin": GpuDevicePlugin,
  gvisor: Gvisor,
};

/** Programs inside the cluster. To add one, write its folder and a line here, in addonTable.plan.ts and in settings.ts. */
export class Addons extends pulumi.ComponentResource {
  constructor(name: string, args: AddonArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Addons", name, {}, options);
    const create = (addons: Partial<Record<AddonName, Component>>, dependsOn: pulumi.Resource[]): pulumi.Resource[] =>
      Object.entries(addons)
        .filter(([addon]) => addonTable[addon as AddonName].enabled(args.spec))
        .map(([addon, Component]) => new Component(`${name}-${addon}`, args, { parent: this, dependsOn }));

    create(others, create(prerequisites, []));
    this.registerOutputs();
  }
}
