/** What a cloud controller leaves on the nodes of a booted cluster. */
import type { RehearsedCluster } from "../../rehearsal/drills/rehearsedCluster";

/** What a cloud controller tells of a node. */
export interface CloudNode {
  readonly name: string;
  readonly providerId: string;
  readonly zone: string;
  /** Set by nobody but a cloud controller. */
  readonly zoneId: string | undefined;
  /** Keys. */
  readonly taints: readonly string[];
  /** By their type. */
  readonly addresses: Readonly<Record<string, string>>;
}

interface Node {
  metadata: { name: string; labels: Record<string, string> };
  spec: { providerID?: string; taints?: { key: string }[] };
  status: { addresses: { type: string; address: string }[] };
}

/** The nodes, as their cloud controller has left them. */
export async function cloudNodes(cluster: RehearsedCluster): Promise<CloudNode[]> {
  const { items } = JSON.parse(await cluster.kubectl("get", "nodes", "-o", "json")) as { items: Node[] };
  return items.map(({ metadata: { name, labels }, spec, status }) => ({
    ...{ name, providerId: spec.providerID ?? "", zone: labels["topology.kubernetes.io/zone"] ?? "" },
    zoneId: labels["topology.k8s.aws/zone-id"],
    taints: (spec.taints ?? []).map(({ key }) => key),
    addresses: Object.fromEntries(status.addresses.map(({ type, address }) => [type, address])),
  }));
}
