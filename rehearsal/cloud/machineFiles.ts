/** What the rehearsal's image lacks of a cluster's network: files written into a machine before its first boot. Pure. */

export interface MachineFile {
  readonly content: string;
  readonly mode?: number;
}

/**
 * The pods' network until the platform layer brings its own: a bridge on every machine, with a range of its own that the
 * router sends there. Pods keep their addresses on the way: there is nothing outside that would not find back to them.
 */
export function machineFiles(privateDnsName: string, podCidr: string): Record<string, MachineFile> {
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
        ipam: { type: "host-local", ranges: [[{ subnet: podCidr }]], routes: [{ dst: "0.0.0.0/0" }] },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
  return {
    "/etc/cni/net.d/10-bridge.conflist": { content: `${JSON.stringify(network, null, 2)}\n` },
    "/etc/hostname": { content: `${privateDnsName}\n` },
  };
}
