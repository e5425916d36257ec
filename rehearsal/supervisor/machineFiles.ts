/** Files that are written into a machine before its first boot. Pure. */
import type { MachineOptions } from "../machines/types";

/**
 * Host name, and a bridge network for pods if the cluster installs no pod network. The router routes `bridgeRange` to the
 * machine. No masquerading: pods need no connections outside the rehearsal.
 */
export function machineFiles(privateDnsName: string, bridgeRange: string | undefined): MachineOptions["files"] {
  const name = { "/etc/hostname": { content: `${privateDnsName}\n` } };
  if (bridgeRange === undefined) return name;
  const network = {
    cniVersion: "1.0.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: { type: "host-local", ranges: [[{ subnet: bridgeRange }]], routes: [{ dst: "0.0.0.0/0" }] },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
  return { ...name, "/etc/cni/net.d/10-bridge.conflist": { content: `${JSON.stringify(network, null, 2)}\n` } };
}
