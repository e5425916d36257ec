/** Files that are written into a machine before its first boot. Pure. */
import type { MachineOptions } from "../machines/types";

/**
 * Host name, and a bridge as pod network for clusters without one of their own. The router sends `bridgeRange` to the machine.
 * Pods keep their addresses on the way, because nothing outside needs to reach them.
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
