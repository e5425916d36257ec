/**
 * Tags that machines, IAM conditions and the cloud controller rely on. Every resource of a cluster sets them itself, because
 * instances that an Auto Scaling group launches do not inherit the provider's default tags.
 */

/** Role of a machine in tags, resource names, JSON documents and node scripts. */
export type MachineRole = "control-plane" | "etcd" | "worker";

/** Roles whose machines are members of a quorum. */
export type MemberRole = Exclude<MachineRole, "worker">;

/** Value: the cluster's name. IAM policies condition on it. */
export const clusterTag = "holdfast:cluster";
/** Value: a {@link MachineRole}. */
export const roleTag = "holdfast:role";
/** Value: the letter of a member; binds a data volume to the group whose instance may attach it. */
export const memberTag = "holdfast:member";
/** Value: the name of a worker pool. */
export const poolTag = "holdfast:pool";

/** Tags by key; EC2 accepts 50 on one resource. */
export type Tags = Readonly<Record<string, string>>;

/** Key of the tag that marks a cluster's resources for the cloud controller. */
export function kubernetesClusterTag(cluster: string): string {
  return `kubernetes.io/cluster/${cluster}`;
}

/** Default tags of the AWS provider: the tags in the settings, and the cluster tag. */
export function defaultTags(spec: { readonly name: string; readonly tags: Tags }): Tags {
  return { ...spec.tags, [clusterTag]: spec.name };
}

/** Arguments of an S3 object without the provider's default tags: an object accepts ten tags, the settings allow more. */
export const withoutDefaultTags = { overrideProvider: { defaultTags: { tags: {} } } };

/** Tags of any resource. */
export function resourceTags(cluster: string, name: string): Tags {
  return { Name: name, [clusterTag]: cluster };
}

/** Tags of resources that the cloud controller looks up: subnets, instances, security groups, volumes. */
export function ownedTags(cluster: string, name: string): Tags {
  return { ...resourceTags(cluster, name), [kubernetesClusterTag(cluster)]: "owned" };
}

/** Tags of a member's Auto Scaling group, instance and data volume. */
export function memberTags(cluster: string, name: string, role: MemberRole, member: string): Tags {
  return { ...ownedTags(cluster, name), [roleTag]: role, [memberTag]: member };
}

/** Tags of a worker pool's Auto Scaling groups, instances and disks. */
export function poolTags(cluster: string, name: string, pool: string): Tags {
  return { ...ownedTags(cluster, name), [roleTag]: "worker", [poolTag]: pool };
}
