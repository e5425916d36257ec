import type { Resource, Stack } from "../model/stack";
import { aws, memberTag } from "../model/types";
import { holdsCluster, roleOf } from "./machines";

/** The machines of a role that hold the cluster, one Auto Scaling group each. */
export interface Members {
  readonly role: string;
  readonly groups: readonly Resource[];
}

/** Groups of members by role, as their tags tell. */
export function membersOf(stack: Stack): readonly Members[] {
  const byRole = new Map<string, Resource[]>();
  for (const group of stack.ofType(aws.autoscalingGroup)) {
    const role = roleOf(group);
    if (role === undefined || !holdsCluster(role)) continue;
    byRole.set(role, [...(byRole.get(role) ?? []), group]);
  }
  return [...byRole].map(([role, groups]) => ({ role, groups }));
}

export const isMember = (group: Resource): boolean => holdsCluster(roleOf(group));

/** Zones that a group launches in: those of its subnets where the stack makes them, else one for each subnet. */
export function zonesOf(group: Resource, stack: Stack): readonly string[] {
  const named = group.at("availabilityZones");
  if (!named.absent) return named.texts();
  const subnets = stack.referredBy(group, "vpcZoneIdentifiers", aws.subnet);
  if (subnets.length === 0) return group.at("vpcZoneIdentifiers").texts();
  return [...new Set(subnets.map((subnet) => subnet.at("availabilityZone").text() ?? subnet.name))];
}

/** How many machines a group may have. */
export const mostOf = (group: Resource): number => group.at("maxSize").number() ?? 1;

/** Machines of all groups of a role by zone; a group in several zones counts in its first. */
export function machinesByZone({ groups }: Members, stack: Stack): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const group of groups) {
    const [zone = ""] = zonesOf(group, stack);
    counts.set(zone, (counts.get(zone) ?? 0) + mostOf(group));
  }
  return counts;
}

/** Whether a volume is the data of a member: its machine may be replaced, it may not. */
export const isMemberVolume = (volume: Resource): boolean => volume.tag(memberTag) !== undefined;
