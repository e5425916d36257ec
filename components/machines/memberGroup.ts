import * as autoscaling from "@pulumi/aws/autoscaling";
import type * as pulumi from "@pulumi/pulumi";

import type { Architecture, DiskSpec } from "../clusterSpec";
import { groupMetrics, groupTags } from "./groupTags.plan";
import type { MachineBasis } from "./machineBasis";
import { machineTemplate } from "./launchTemplate";
import type { NodeConfig } from "../node/nodeConfig.plan";
import type { Tags } from "../aws/tags.plan";
import { departureHook, memberRefresh } from "./lifecycleHooks.plan";

export interface MemberGroupArgs {
  readonly basis: MachineBasis;
  /** Name of the group and of its launch template: machines and IAM policies know it. */
  readonly groupName: string;
  /** What the member's machine is told about itself. */
  readonly node: pulumi.Output<NodeConfig>;
  readonly architecture: Architecture;
  readonly instanceType: string;
  readonly rootVolume: DiskSpec;
  /** Private subnet in the member's zone. */
  readonly subnetId: pulumi.Input<string>;
  /** Target groups of the load balancers in front; none for etcd. */
  readonly targetGroupArns: readonly pulumi.Input<string>[];
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  readonly instanceProfileArn: pulumi.Input<string>;
  /** Tags of the group and of its machine. */
  readonly tags: Tags;
}

/**
 * A group that keeps the one machine of a member alive in the member's zone: launch template, group and the hook by which a
 * machine leaves in order. A new machine takes over the member's volume and name.
 */
export function memberGroup(name: string, args: MemberGroupArgs, parent: pulumi.Resource): autoscaling.Group {
  const { basis, groupName, tags } = args;
  const template = machineTemplate(
    `${name}-template`,
    { ...args, templateName: groupName, image: basis.spec.nodes.images[args.architecture] },
    { parent },
  );
  const group = new autoscaling.Group(
    `${name}-group`,
    {
      name: groupName,
      minSize: 1,
      maxSize: 1,
      desiredCapacity: 1,
      vpcZoneIdentifiers: [args.subnetId],
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      targetGroupArns: [...args.targetGroupArns],
      serviceLinkedRoleArn: basis.disks.autoScalingRoleArn,
      instanceRefresh: memberRefresh,
      // A machine has itself protected once it is healthy; a broken one must not stand in the way of its repair.
      protectFromScaleIn: false,
      // Not ELB: when the quorum is lost no API server is ready, and the groups would kill every member, the healthy too.
      healthCheckType: "EC2",
      // EC2's checks tell a machine that is starting from one that is impaired; no longer grace is needed.
      healthCheckGracePeriod: 60,
      // In service means running, which takes a minute: enough to see a missing image, type or permission here.
      waitForCapacityTimeout: "10m",
      enabledMetrics: [...groupMetrics],
      metricsGranularity: "1Minute",
      forceDelete: false,
      tags: groupTags(basis.spec, tags),
    },
    {
      parent,
      dependsOn: [...basis.bootAfter, basis.bundle],
      customTimeouts: { create: "15m", update: "15m", delete: "20m" },
    },
  );
  new autoscaling.LifecycleHook(`${name}-depart`, { ...departureHook, autoscalingGroupName: group.name }, { parent });
  return group;
}
