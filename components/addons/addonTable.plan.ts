/** Conditions and container images of the add-ons. */

import type { ClusterSpec } from "../clusterSpec";
import { image as certificateApproverImage } from "./certificateApprover/image.plan";
import { cloudControllerImage } from "./cloudController/version.plan";
import { chart as clusterAutoscalerChart } from "./clusterAutoscaler/values.plan";
import { dnsImages } from "./dns/images.plan";
import { driverChart, snapshotControllerChart } from "./ebsCsiDriver/values.plan";
import { chart as externalDnsChart } from "./externalDns/values.plan";
import { chart as gpuDevicePluginChart } from "./gpuDevicePlugin/values.plan";
import { image as metricsServerImage } from "./metricsServer/server.plan";
import { image as problemDetectorImage } from "./nodeProblemDetector/problems.plan";
import { image as terminationHandlerImage } from "./nodeTerminationHandler/pod.plan";
import { chart as ciliumChart } from "./podNetwork/cilium.plan";
import { cniPluginImage, image as flannelImage } from "./podNetwork/flannel.plan";
import type { AddonsSpec, SwitchableAddon } from "./settings";
import { isAddonEnabled } from "./settings";
import type { ImageSource } from "./shared/images.plan";

interface AddonPlan {
  /** True if the add-on is part of a cluster whose objects Holdfast creates. */
  readonly enabled: (spec: ClusterSpec) => boolean;
  /** Images and charts that nodes pull images for. */
  readonly images: (spec: ClusterSpec) => readonly ImageSource[];
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

const addon = (enabled: AddonPlan["enabled"], ...images: readonly ImageSource[]): AddonPlan => ({
  enabled,
  images: () => images,
});

/** Add-ons by the last part of their resource names; short, because names of IAM roles derive from them (64 characters). */
export const addonTable = {
  "priority-classes": addon(() => true),
  cilium: addon(asPodNetwork("cilium"), ciliumChart),
  flannel: addon(asPodNetwork("flannel"), flannelImage, cniPluginImage),
  "cloud-controller": {
    enabled: bySetting("cloudController"),
    images: ({ kubernetesVersion }) => [cloudControllerImage(kubernetesVersion)],
  },
  dns: { enabled: bySetting("dns"), images: dnsImages },
  "certificate-approver": addon(bySetting("certificateApprover"), certificateApproverImage),
  "metrics-server": addon(bySetting("metricsServer"), metricsServerImage),
  "ebs-csi-driver": {
    enabled: bySetting("ebsCsiDriver"),
    images: ({ addons }) => [driverChart, ...(addons.ebsCsiDriver.snapshots.enabled ? [snapshotControllerChart] : [])],
  },
  "termination-handler": addon(bySetting("nodeTerminationHandler"), terminationHandlerImage),
  "cluster-autoscaler": addon(bySetting("clusterAutoscaler"), clusterAutoscalerChart),
  "problem-detector": addon(bySetting("nodeProblemDetector"), problemDetectorImage),
  "external-dns": addon(bySetting("externalDns"), externalDnsChart),
  "gpu-device-plugin": addon(
    forPools("gpuDevicePlugin", ({ gpu }) => gpu),
    gpuDevicePluginChart,
  ),
  gvisor: addon(forPools("gvisor", ({ sandbox }) => sandbox === "gvisor")),
} as const satisfies Readonly<Record<string, AddonPlan>>;

export type AddonName = keyof typeof addonTable;

/** Images and charts of the enabled add-ons. */
export function addonImages(spec: ClusterSpec): readonly ImageSource[] {
  if (!spec.addons.enabled) return [];
  const plans: readonly AddonPlan[] = Object.values(addonTable);
  return plans.filter(({ enabled }) => enabled(spec)).flatMap(({ images }) => images(spec));
}
