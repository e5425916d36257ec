import { accessSettings } from "./access/settings";
import { addonsSettings } from "./addons/settings";
import { alarmsSettings } from "./alarms/settings";
import { apiSettings } from "./api/settings";
import { confirmLossSettings } from "./changes/settings";
import { controlPlaneSettings } from "./controlPlane/settings";
import { etcdSettings } from "./etcd/settings";
import { maintenanceSettings } from "./maintenance/settings";
import { networkSettings } from "./network/settings";
import { defaultKubernetesVersion } from "./node/kubernetesVersions.plan";
import { nodesSettings } from "./node/settings";
import { pkiSettings } from "./pki/settings";
import { scaleSettings } from "./scale/settings";
import { flag, mapping, text, textMap } from "./settings/fields";
import type { Parsed } from "./settings/fields";
import { dnsNameRule, labelRule, minorVersionRule, tagKeyRule, tagValueRule, versionRule } from "./settings/textRules";
import { priorityClassesSettings, tenantsSettings } from "./tenancy/settings";
import { workersSettings } from "./workers/settings";

/** Settings of a cluster: `holdfast:cluster` in a stack file. Each section is declared beside the component that uses it. */
export const clusterSettings = mapping({
  // 20 characters leave room for `-api-public` in the 32 of a load balancer's name.
  name: text(labelRule(20), { description: "Name of the cluster, part of every AWS name: at most 20 characters." }),
  domain: text(dnsNameRule, {
    description: "Private DNS zone of the cluster; the API is `api.<domain>`.",
    defaultIs: "`<name>.holdfast.internal`",
  }).optional(),
  kubernetesVersion: text(versionRule, {
    description: "Kubernetes version; it determines the versions of etcd, containerd and all other components.",
  }).default(defaultKubernetesVersion),
  emulatedVersion: text(minorVersionRule, {
    description:
      'Minor version whose APIs and features the control plane keeps after an upgrade: the previous one, such as `"1.35"` with `kubernetesVersion: 1.36.4`. Until you remove the setting, you can go back to that version.',
    defaultIs: "that of `kubernetesVersion`",
  }).optional(),
  scale: scaleSettings,
  protect: flag({
    description:
      "Production mode: data and keys are protected from deletion, and settings are rejected if the loss of one zone would cost etcd its quorum.",
  }).default(true),
  confirmLoss: confirmLossSettings,
  tags: textMap(tagKeyRule, tagValueRule, { description: "Tags of every AWS resource; at most 40." }),
  network: networkSettings,
  api: apiSettings,
  pki: pkiSettings,
  access: accessSettings,
  etcd: etcdSettings,
  alarms: alarmsSettings,
  controlPlane: controlPlaneSettings,
  nodes: nodesSettings,
  workers: workersSettings,
  maintenance: maintenanceSettings,
  tenants: tenantsSettings,
  priorityClasses: priorityClassesSettings,
  addons: addonsSettings,
});

/** Settings after parsing, before the defaults that depend on other sections. */
export type ClusterSettings = Parsed<typeof clusterSettings>;
