/** What the rehearsal's image lacks of a cluster's network: files written into a machine before its first boot. Pure. */

export interface MachineFile {
  readonly content: string;
  readonly mode?: number;
}

/**
 * A machine's name and, where the cluster brings no pod network of its own, one: a bridge on every machine, with a range of
 * its own that the router sends there. Pods keep their addresses on the way: there is nothing outside that would not find
 * back to them.
 */
export function machineFiles(privateDnsName: string, bridgeRange: string | undefined): Record<string, MachineFile> {
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
