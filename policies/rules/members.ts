import type { Resource, Stack } from "../model/stack";
import { aws, clusterTag, memberTag } from "../model/types";
import { isMemberRole, roleOf } from "./instances";

const maxSizeOf = (group: Resource): number => group.at("maxSize").number() ?? 1;

/** Auto Scaling groups of the control-plane or etcd members of one cluster. */
export interface Members {
  /** Role; with the cluster's name if the stack has several clusters. */
  readonly name: string;
  readonly groups: readonly Resource[];
  /** Number of instances. */
  readonly count: number;
}

/** Members of each cluster and role, by tags. A program may create several clusters. */
export function membersOf(stack: Stack): readonly Members[] {
  const byCluster = new Map<string, Map<string, Resource[]>>();
  for (const group of stack.ofType(aws.autoscalingGroup)) {
    const role = roleOf(group);
    if (role === undefined || !isMemberRole(role)) continue;
    const cluster = group.tag(clusterTag) ?? "";
    const byRole = byCluster.get(cluster) ?? new Map<string, Resource[]>();
    byRole.set(role, [...(byRole.get(role) ?? []), group]);
    byCluster.set(cluster, byRole);
  }
  return [...byCluster].flatMap(([cluster, byRole]) =>
    [...byRole].map(([role, groups]) => ({
      name: byCluster.size > 1 && cluster !== "" ? `${role} of cluster ${cluster}` : role,
      groups,
      count: groups.reduce((sum, group) => sum + maxSizeOf(group), 0),
    })),
  );
}

export const isMember = (group: Resource): boolean => isMemberRole(roleOf(group));

/** Zones of a group: those of its subnets, or one per subnet if the subnets are outside the stack. */
export function zonesOf(group: Resource, stack: Stack): readonly string[] {
  const named = group.at("availabilityZones");
  if (!named.absent) return named.strings();
  const subnets = stack.referencedBy(group, "vpcZoneIdentifiers", aws.subnet);
  if (subnets.length === 0) return group.at("vpcZoneIdentifiers").strings();
  return [...new Set(subnets.map((subnet) => subnet.at("availabilityZone").string() ?? subnet.name))];
}

/** Number of instances by zone. A group in several zones counts for its first zone. */
export function instancesByZone({ groups }: Members, stack: Stack): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const group of groups) {
    const [zone = ""] = zonesOf(group, stack);
    counts.set(zone, (counts.get(zone) ?? 0) + maxSizeOf(group));
  }
  return counts;
}

/** True for the data volume of a member. */
export const isMemberVolume = (volume: Resource): boolean => volume.tag(memberTag) !== undefined;
