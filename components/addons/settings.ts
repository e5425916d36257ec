import type { Parsed } from "../settings/fields";
import { wholeNumber } from "../settings/fields";
import type { Finding } from "../settings/problems";
import { certificateApproverSettings } from "./certificateApprover/settings";
import { cloudControllerSettings } from "./cloudController/settings";
import { checkClusterAutoscaler, clusterAutoscalerSettings } from "./clusterAutoscaler/settings";
import { checkDns, dnsSettings } from "./dns/settings";
import { checkEbsCsiDriver, ebsCsiDriverSettings } from "./ebsCsiDriver/settings";
import { externalDnsSettings } from "./externalDns/settings";
import { gpuDevicePluginSettings } from "./gpuDevicePlugin/settings";
import { gvisorSettings } from "./gvisor/settings";
import { metricsServerSettings } from "./metricsServer/settings";
import { nodeProblemDetectorSettings } from "./nodeProblemDetector/settings";
import { nodeTerminationHandlerSettings } from "./nodeTerminationHandler/settings";
import { podNetworkSettings } from "./podNetwork/settings";
import { onByDefault, section } from "./shared/settings";

/** `addons`: one section per add-on. */
export const addonsSettings = section("Programs that Holdfast installs inside the cluster.", {
  enabled: onByDefault(
    "Create the objects inside the cluster, such as add-ons and tenants. `false`: the stack creates no Kubernetes objects.",
  ),
  apiTimeoutMinutes: wholeNumber(0, 120, {
    description: "Time for which `pulumi up` waits for the API server. 0: no wait.",
    unit: "minutes",
  }).default(20),
  podNetwork: podNetworkSettings,
  cloudController: cloudControllerSettings,
  dns: dnsSettings,
  metricsServer: metricsServerSettings,
  certificateApprover: certificateApproverSettings,
  ebsCsiDriver: ebsCsiDriverSettings,
  nodeTerminationHandler: nodeTerminationHandlerSettings,
  clusterAutoscaler: clusterAutoscalerSettings,
  nodeProblemDetector: nodeProblemDetectorSettings,
  externalDns: externalDnsSettings,
  gpuDevicePlugin: gpuDevicePluginSettings,
  gvisor: gvisorSettings,
}).meta({
  examples: [{ podNetwork: { provider: "flannel" }, dns: { minReplicas: 3, nodeLocalCache: { enabled: true } } }],
});

export type AddonsSpec = Parsed<typeof addonsSettings>;

/** Add-ons that have a switch. */
export type SwitchableAddon = {
  [Name in keyof AddonsSpec]: AddonsSpec[Name] extends { readonly enabled: boolean } ? Name : never;
}[keyof AddonsSpec];

export function isAddonEnabled({ addons }: { readonly addons: AddonsSpec }, name: SwitchableAddon): boolean {
  return addons.enabled && addons[name].enabled;
}

export function* checkAddons(spec: {
  readonly addons: AddonsSpec;
  readonly workers: Readonly<Record<string, unknown>>;
}): Iterable<Finding> {
  const { dns, ebsCsiDriver, clusterAutoscaler } = spec.addons;
  if (isAddonEnabled(spec, "dns")) yield* checkDns(dns);
  if (isAddonEnabled(spec, "ebsCsiDriver")) yield* checkEbsCsiDriver(ebsCsiDriver);
  if (isAddonEnabled(spec, "clusterAutoscaler")) {
    yield* checkClusterAutoscaler(clusterAutoscaler, Object.keys(spec.workers));
  }
}
