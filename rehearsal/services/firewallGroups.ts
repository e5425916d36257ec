/** Security groups of the plan as firewall groups. Pure. */
import type { SecurityGroup } from "../aws/resources/inventory";
import type { FirewallGroup } from "../machines/types";

/** Member of security groups. */
export interface Member {
  readonly securityGroups: readonly string[];
  /** Addresses, and the pod range of a machine: packets of its pods count as packets of the machine. */
  readonly addresses: readonly string[];
}

/** Firewall groups by id, with their members and rules. */
export function firewallGroups(
  groups: Readonly<Record<string, SecurityGroup>>,
  members: readonly Member[],
): Record<string, FirewallGroup> {
  const membersOf = (id: string): string[] =>
    members.flatMap(({ securityGroups, addresses }) => (securityGroups.includes(id) ? addresses : []));
  return Object.fromEntries(
    Object.values(groups).map(({ id, ingress, egress }) => [id, { members: membersOf(id), ingress, egress }]),
  );
}
