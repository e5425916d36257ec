import type * as autoscaling from "@pulumi/aws/autoscaling";

import type { Tags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";

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
