/** flannel's configuration: its own, and that of the CNI plugins on every node. */

import type { ClusterSpec } from "../../clusterSpec";

/** Port of VXLAN packets; open between machines (firewall/rules.ts). */
const vxlanPort = 8472;

/** Where flannel answers whether it lives, on the node alone. */
export const healthPort = 9285;

/** `net-conf.json`. */
export function flannelNetwork(spec: Pick<ClusterSpec, "network" | "platform">): object {
  return {
    Network: spec.network.podCidr,
    EnableNFTables: false,
    // Another backend would send pods' addresses into the VPC, which drops what comes from addresses that it did not give.
    Backend: { Type: "vxlan", VNI: spec.platform.podNetwork.flannel.vni, Port: vxlanPort },
  };
}

/** `cni-conf.json`: flannel tells its plugin the node's range, and that one has a bridge made. */
export const cniConfiguration = {
  name: "cbr0",
  // The newest that every build of the plugin speaks; also what flannel itself ships.
  cniVersion: "0.3.1",
  plugins: [
    { type: "flannel", delegate: { hairpinMode: true, isDefaultGateway: true } },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
} as const;
