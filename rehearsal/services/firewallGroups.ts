/** The plan's security groups as the rehearsal's firewall. Pure. */
import type { FirewallGroup, FirewallRule } from "../machines/types";
import type { SecurityGroup, SecurityRule } from "../aws/resources/inventory";

/** Something on the network that belongs to security groups. */
export interface Member {
  readonly securityGroups: readonly string[];
  /** Its addresses, and the range of its pods: on the wire they are the machine's. */
  readonly addresses: readonly string[];
}

/** Every group with its members and rules, by id. */
export function firewallGroups(
  groups: Readonly<Record<string, SecurityGroup>>,
  members: readonly Member[],
): Record<string, FirewallGroup> {
  return Object.fromEntries(
    Object.values(groups).map(({ id, ingress, egress }) => [
      id,
      {
        members: members
          .filter(({ securityGroups }) => securityGroups.includes(id))
          .flatMap(({ addresses }) => addresses),
        ingress: ingress.map(firewallRule),
        egress: egress.map(firewallRule),
      },
    ]),
  );
}

function firewallRule({ protocol, fromPort, toPort, cidr, group }: SecurityRule): FirewallRule {
  const peer = group === undefined ? { cidr: cidr ?? "" } : { group };
  return { protocol: protocolName(protocol), fromPort, toPort, peer };
}

/** @throws for a protocol that no rule of a cluster needs. */
function protocolName(protocol: string): FirewallRule["protocol"] {
  const names: Record<string, FirewallRule["protocol"]> = {
    "-1": "all",
    "1": "icmp",
    "6": "tcp",
    "17": "udp",
    all: "all",
    icmp: "icmp",
    tcp: "tcp",
    udp: "udp",
  };
  const name = names[protocol];
  if (name === undefined) throw new Error(`the rehearsal's firewall knows no protocol ${protocol}`);
  return name;
}
