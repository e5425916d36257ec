/** Fields that a cloud controller sets on nodes. */
import type { RehearsedCluster } from "../../rehearsal/drills/rehearsedCluster";

export interface CloudNode {
  readonly name: string;
  readonly providerId: string;
  readonly zone: string;
  /** Only a cloud controller sets it. */
  readonly zoneId: string | undefined;
  /** Keys of the taints. */
  readonly taints: readonly string[];
  /** Addresses by type. */
  readonly addresses: Readonly<Record<string, string>>;
}

interface Node {
  metadata: { name: string; labels: Record<string, string> };
  spec: { providerID?: string; taints?: { key: string }[] };
  status: { addresses: { type: string; address: string }[] };
}

export async function cloudNodes(cluster: RehearsedCluster): Promise<CloudNode[]> {
  const { items } = JSON.parse(await cluster.kubectl("get", "nodes", "-o", "json")) as { items: Node[] };
  return items.map(({ metadata: { name, labels }, spec, status }) => ({
    name,
    providerId: spec.providerID ?? "",
    zone: labels["topology.kubernetes.io/zone"] ?? "",
    zoneId: labels["topology.k8s.aws/zone-id"],
    taints: (spec.taints ?? []).map(({ key }) => key),
    addresses: Object.fromEntries(status.addresses.map(({ type, address }) => [type, address])),
  }));
}
