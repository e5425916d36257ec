import type { ClusterSpec } from "../../clusterSpec";
import type { Parsed } from "../../settings/fields";
import { flag, wholeNumber } from "../../settings/fields";
import type { Finding } from "../../settings/problems";
import { finding } from "../../settings/problems";
import { onByDefault, section } from "../shared/settings";

export const dnsSettings = section("DNS of the cluster.", {
  enabled: onByDefault("CoreDNS spread over zones, with a disruption budget. `false`: CoreDNS as kubeadm deploys it."),
  minReplicas: wholeNumber(1, 100, {
    description: "Minimum number of CoreDNS replicas; the exact number without autoscaling.",
    unit: "pods",
  }).default(2),
  autoscaling: section("Autoscaling of CoreDNS.", {
    enabled: onByDefault("Scale CoreDNS with the number of nodes and cores."),
    // Defaults of Kubernetes' own DNS autoscaler (cluster/addons/dns-horizontal-autoscaler).
    coresPerReplica: wholeNumber(1, 100_000, { description: "Cores in the cluster per replica." }).default(256),
    nodesPerReplica: wholeNumber(1, 5000, { description: "Nodes in the cluster per replica." }).default(16),
    maxReplicas: wholeNumber(1, 1000, { description: "Maximum number of CoreDNS replicas.", unit: "pods" }).default(
      100,
    ),
  }),
  nodeLocalCache: section("NodeLocal DNSCache.", {
    enabled: flag({ description: "DNS cache on every node (NodeLocal DNSCache)." }).default(false),
  }),
});

export type DnsSpec = Parsed<typeof dnsSettings>;

export function* checkDns({ addons: { dns } }: ClusterSpec): Iterable<Finding> {
  const { minReplicas, autoscaling } = dns;
  if (!autoscaling.enabled || autoscaling.maxReplicas >= minReplicas) return;
  yield finding(
    ["addons", "dns", "autoscaling", "maxReplicas"],
    `must be at least minReplicas; write ${minReplicas} or more`,
    [["addons", "dns", "minReplicas"]],
  );
}
