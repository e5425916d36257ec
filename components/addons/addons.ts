import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../clusterSpec";
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
import type { AddonsSpec, SwitchableAddon } from "./settings";
import { isAddonEnabled } from "./settings";
import type { AddonArgs } from "./shared/addonArgs";

interface Addon {
  /** Last part of the resource name; short, because the names of IAM roles derive from it (64 characters). */
  readonly name: string;
  readonly component: new (
    name: string,
    args: AddonArgs,
    options: pulumi.ComponentResourceOptions,
  ) => pulumi.ComponentResource;
  readonly enabled: (spec: ClusterSpec) => boolean;
}

const bySetting = (addon: SwitchableAddon) => (spec: ClusterSpec) => isAddonEnabled(spec, addon);

/** Enabled by setting, if a worker pool meets the condition. */
const forPools =
  (addon: SwitchableAddon, condition: (pool: ClusterSpec["workers"][string]) => boolean) => (spec: ClusterSpec) =>
    isAddonEnabled(spec, addon) && Object.values(spec.workers).some(condition);

const asPodNetwork =
  (provider: AddonsSpec["podNetwork"]["provider"]) =>
  ({ addons }: ClusterSpec) =>
    addons.podNetwork.provider === provider;

/** Add-ons without which pods cannot be scheduled: priorities, pod network, node initialization. */
const prerequisites: readonly Addon[] = [
  { name: "priority-classes", component: PriorityClasses, enabled: () => true },
  { name: "cilium", component: Cilium, enabled: asPodNetwork("cilium") },
  { name: "flannel", component: Flannel, enabled: asPodNetwork("flannel") },
  { name: "cloud-controller", component: CloudController, enabled: bySetting("cloudController") },
];

/** All other add-ons; each depends on the prerequisites. */
const others: readonly Addon[] = [
  { name: "dns", component: Dns, enabled: bySetting("dns") },
  { name: "certificate-approver", component: CertificateApprover, enabled: bySetting("certificateApprover") },
  { name: "metrics-server", component: MetricsServer, enabled: bySetting("metricsServer") },
  { name: "ebs-csi-driver", component: EbsCsiDriver, enabled: bySetting("ebsCsiDriver") },
  { name: "termination-handler", component: NodeTerminationHandler, enabled: bySetting("nodeTerminationHandler") },
  { name: "cluster-autoscaler", component: ClusterAutoscaler, enabled: bySetting("clusterAutoscaler") },
  { name: "problem-detector", component: NodeProblemDetector, enabled: bySetting("nodeProblemDetector") },
  { name: "external-dns", component: ExternalDns, enabled: bySetting("externalDns") },
  { name: "gpu-device-plugin", component: GpuDevicePlugin, enabled: forPools("gpuDevicePlugin", ({ gpu }) => gpu) },
  { name: "gvisor", component: Gvisor, enabled: forPools("gvisor", ({ sandbox }) => sandbox === "gvisor") },
];

/** Programs inside the cluster. To add one, write its folder and a line in this table and in settings.ts. */
export class Addons extends pulumi.ComponentResource {
  constructor(name: string, args: AddonArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Addons", name, {}, options);
    const create = (addons: readonly Addon[], dependsOn: pulumi.Resource[]): pulumi.Resource[] =>
      addons
        .filter(({ enabled }) => enabled(args.spec))
        .map(({ name: addon, component: Component }) => {
          return new Component(`${name}-${addon}`, args, { parent: this, dependsOn });
        });

    create(others, create(prerequisites, []));
    this.registerOutputs();
  }
}
