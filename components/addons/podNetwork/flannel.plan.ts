import type { ClusterSpec } from "../../clusterSpec";

export const program = { name: "flannel", version: "0.28.4" } as const;
export const image = `ghcr.io/flannel-io/flannel:v${program.version}`;
export const cniPluginImage = "ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel1";

/** flannel's configuration, `net-conf.json`. */
export function flannelNetwork({ network, addons }: Pick<ClusterSpec, "network" | "addons">): object {
  return {
    Network: network.podCidr,
    EnableNFTables: false,
    // Other backends send pod addresses into the VPC, which drops packets from addresses that it did not assign.
    // The firewall opens the port between nodes (firewall/rules.plan.ts).
    Backend: { Type: "vxlan", VNI: addons.podNetwork.flannel.vni, Port: 8472 },
  };
}

/** CNI configuration, `cni-conf.json`: flannel passes the node's range to its plugin, which creates a bridge. */
export const cniConfiguration = {
  name: "cbr0",
  // The version that flannel ships; every build of the plugin supports it.
  cniVersion: "0.3.1",
  plugins: [
    { type: "flannel", delegate: { hairpinMode: true, isDefaultGateway: true } },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
} as const;
