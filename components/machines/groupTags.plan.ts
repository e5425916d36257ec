import type * as autoscaling from "@pulumi/aws/autoscaling";

import type { ClusterSpec } from "../clusterSpec";
import type { Tags } from "../aws/tags.plan";

/** The group metrics that tell whether a group has what it wants; CloudWatch takes no money for them. */
export const groupMetrics: readonly autoscaling.Metric[] = [
  "GroupDesiredCapacity",
  "GroupInServiceInstances",
  "GroupMaxSize",
  "GroupMinSize",
  "GroupPendingInstances",
  "GroupStandbyInstances",
  "GroupTerminatingInstances",
  "GroupTotalInstances",
];

/**
 * Tags of an Auto Scaling group itself, in its own format. They are not handed to its machines, which have theirs from the
 * launch template, nor does the provider add its default tags to a group.
 */
export function groupTags(
  spec: Pick<ClusterSpec, "tags">,
  tags: Tags,
): { key: string; value: string; propagateAtLaunch: boolean }[] {
  return Object.entries({ ...spec.tags, ...tags }).map(([key, value]) => ({ key, value, propagateAtLaunch: false }));
}
