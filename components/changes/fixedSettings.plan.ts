/** Settings that no update changes in a live cluster, whatever `protect` is. */

import type { SettingPath } from "../settings/problems";
import { regionPath } from "../settings/problems";
import { withoutAddons } from "./liveSettings.plan";
import type { LiveSettings } from "./liveSettings.plan";
import type { SettingsChange } from "./settingsChange.plan";
import { refuse, rollOut } from "./settingsChange.plan";

interface FixedSetting {
  readonly path: SettingPath;
  readonly value: (settings: LiveSettings) => unknown;
  /** Reason, then alternative. */
  readonly message: string;
}

export const newCluster = "deploy a second stack and restore a backup into it (docs/etcd.md)";

const fixed: readonly FixedSetting[] = [
  {
    path: ["name"],
    value: ({ name }) => name,
    message: `part of every resource's name, so that the update would replace the whole cluster; write the live name, or ${newCluster}`,
  },
  {
    path: regionPath,
    value: ({ region }) => region,
    message: `the update would replace the whole cluster; write the live region, or ${newCluster}`,
  },
  {
    path: ["domain"],
    value: ({ domain }) => domain,
    message: `etcd members, kubelets and certificates use names in the live domain, whose zone the update would replace; write the live domain (for another public name of the API: api.public), or ${newCluster}`,
  },
  {
    path: ["network", "vpc"],
    value: ({ network }) => `${network.vpc.source} ${network.vpc.identity}`,
    message: `all machines and volumes are in the live VPC, and AWS cannot change its range; write the live VPC, or ${newCluster}`,
  },
  {
    path: ["network", "podCidr"],
    value: ({ network }) => network.podCidr,
    message: `nodes and pods have addresses of the live range, and the controller manager exits if a node's range is outside of it; write the live range; for more pods, use nodes with more of them (a new pool with a higher maxPods), or ${newCluster}`,
  },
  {
    path: ["network", "nodeCidrMaskSize"],
    value: ({ network }) => network.nodeCidrMaskSize,
    message: `nodes keep their ranges, and the controller manager would assign ranges of another size in between; write the live size; for fewer or more pods per node, add a pool with another maxPods, or ${newCluster}`,
  },
  {
    path: ["network", "serviceCidr"],
    value: ({ network }) => network.serviceCidr,
    message: `the API server refuses a new clusterIP of the DNS Service, and its certificate names an address of the live range; write the live range; for more addresses, create a ServiceCIDR object (networking.k8s.io/v1) in the cluster`,
  },
];

export function* fixedSettingChanges(live: LiveSettings, wanted: LiveSettings): Iterable<SettingsChange> {
  for (const { path, value, message } of fixed) {
    const values = [value(live), value(wanted)] as const;
    if (values[0] !== values[1]) yield refuse(path, message, values);
  }
  yield* podNetworkChanges(live.podNetwork, wanted.podNetwork);
  const issuers = [live.serviceAccountIssuer, wanted.serviceAccountIssuer] as const;
  if (issuers[0] !== issuers[1]) {
    const message =
      "members are replaced one at a time; tokens get another issuer: pods need new tokens, and roles that other programs made for the live issuer stop working (docs/access.md)";
    yield rollOut(["access", "serviceAccountIssuer"], message, issuers);
  }
}

/** A cluster whose add-ons were switched off has no pod network of Holdfast's, or its user has installed one. */
function* podNetworkChanges(live: string, wanted: string): Iterable<SettingsChange> {
  const path = ["addons", "podNetwork", "provider"];
  const hasNone = (network: string): boolean => network === "none" || network === withoutAddons;
  if (live === wanted || (hasNone(live) && hasNone(wanted))) return;
  if (live === withoutAddons) {
    yield rollOut(path, `${wanted} is installed; if the cluster has a pod network already, write none`, [live, wanted]);
    return;
  }
  const reason = live === "none" ? "nodes would have two pod networks" : "every pod would lose its network";
  yield refuse(path, `${reason}; keep add-ons enabled and write ${live}, or ${newCluster}`, [live, wanted]);
}
