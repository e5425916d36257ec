import type * as autoscaling from "@pulumi/aws/autoscaling";

import type { MemberRole, Tags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import { controlPlaneMembers, etcdMembers } from "../etcd/members.plan";

/** Name of the Auto Scaling group of a member. @param member letter */
export const memberGroupName = (cluster: string, role: MemberRole, member: string): string =>
  `${cluster}-${role}-${member}`;

/** Names of the Auto Scaling groups of all members. */
export function memberGroupNames(spec: ClusterSpec): readonly string[] {
  const external = spec.etcd.topology === "external" ? etcdMembers(spec) : [];
  return [
    ...controlPlaneMembers(spec).map(({ name }) => memberGroupName(spec.name, "control-plane", name)),
    ...external.map(({ name }) => memberGroupName(spec.name, "etcd", name)),
  ];
}

/** Arguments that all Auto Scaling groups of a cluster share. */
export function commonGroupArgs(spec: Pick<ClusterSpec, "tags">, tags: Tags) {
  return {
    // Not ELB: when etcd loses its quorum no API server is ready, and the groups would terminate healthy members too.
    healthCheckType: "EC2",
    // EC2's status checks distinguish a starting instance from an impaired one.
    healthCheckGracePeriod: 60,
    // CloudWatch does not charge for group metrics.
    enabledMetrics: [
      "GroupDesiredCapacity",
      "GroupInServiceInstances",
      "GroupMaxSize",
      "GroupMinSize",
      "GroupPendingInstances",
      "GroupStandbyInstances",
      "GroupTerminatingInstances",
      "GroupTotalInstances",
    ],
    metricsGranularity: "1Minute",
    forceDelete: false,
    // Groups do not inherit the provider's default tags; instances have theirs from the launch template.
    tags: Object.entries({ ...spec.tags, ...tags }).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
  } satisfies Partial<autoscaling.GroupArgs>;
}
