/**
 * The tags that machines, IAM conditions and the cloud controller go by. Every resource of a cluster carries them itself,
 * not only through the provider's default tags: what a group launches does not inherit those.
 */

import type { ClusterSpec } from "../clusterSpec";

/** What a machine is for. */
export type MachineRole = "control-plane" | "etcd" | "worker";

/** Value: the cluster's name. IAM policies condition on it. */
export const clusterTag = "holdfast:cluster";
/** Value: a {@link MachineRole}. */
export const roleTag = "holdfast:role";
/** Value: the letter of a member; binds a data volume to the group whose machine may attach it. */
export const memberTag = "holdfast:member";
/** Value: the name of a worker pool. */
export const poolTag = "holdfast:pool";

/** Tags by key; EC2 takes 50 on one resource. */
export type Tags = Readonly<Record<string, string>>;

/** Key of the tag by which the cloud controller tells a cluster's resources. */
export function kubernetesClusterTag(cluster: string): string {
  return `kubernetes.io/cluster/${cluster}`;
}

/** Tags of the provider: what the settings ask for, and whose the resource is. */
export function defaultTags(spec: Pick<ClusterSpec, "name" | "tags">): Tags {
  return { ...spec.tags, [clusterTag]: spec.name };
}

/** Tags of any resource: the name that consoles show, and the cluster. */
export function resourceTags(cluster: string, name: string): Tags {
  return { Name: name, [clusterTag]: cluster };
}

/** Tags of what the cloud controller may find: subnets, instances, security groups, volumes. */
export function ownedTags(cluster: string, name: string): Tags {
  return { ...resourceTags(cluster, name), [kubernetesClusterTag(cluster)]: "owned" };
}

/** Tags of a member's group, machine and volume. */
export function memberTags(cluster: string, name: string, role: "control-plane" | "etcd", member: string): Tags {
  return { ...ownedTags(cluster, name), [roleTag]: role, [memberTag]: member };
}

/** Tags of a worker pool's group, machines and disks. */
export function poolTags(cluster: string, name: string, pool: string): Tags {
  return { ...ownedTags(cluster, name), [roleTag]: "worker", [poolTag]: pool };
}
