import * as autoscaling from "@pulumi/aws/autoscaling";
import type * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import { groupMetrics, groupTags } from "../machines/groupTags.plan";
import { commonNode, inZone } from "../machines/machineBasis";
import type { MachineBasis } from "../machines/machineBasis";
import { machineTemplate } from "../machines/launchTemplate";
import { poolTags } from "../aws/tags.plan";
import type { Tags } from "../aws/tags.plan";
import { machinesFrom, templateType } from "./launch.plan";
import { planPool } from "./pools.plan";
import type { PoolGroup, PoolPlan } from "./pools.plan";
import { joinedHook, poolRefresh } from "./rollout.plan";

export interface WorkerPoolArgs {
  readonly basis: MachineBasis;
  /** Name of the pool in the settings. */
  readonly pool: string;
  /** Private subnet by zone name. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  readonly instanceProfileArn: pulumi.Input<string>;
}

/** The machines of a worker pool: a launch template and a group that the Cluster Autoscaler sizes, or one of each per zone. */
export class WorkerPool extends pulumi.ComponentResource {
  /** Names of the Auto Scaling groups: by the pool's name, or by that and the zone's (`db-a`) where each zone has one. */
  readonly groupNames: Readonly<Record<string, string>>;

  constructor(name: string, args: WorkerPoolArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:WorkerPool", name, {}, options);
    const plan = planPool(args.basis.spec, args.pool);
    for (const group of plan.groups) {
      const groupName = group.suffix === undefined ? name : `${name}-${group.suffix}`;
      const tags = poolTags(args.basis.spec.name, group.groupName, args.pool);
      const template = this.template(groupName, args, plan, group, tags);
      this.group(groupName, args, plan, group, tags, template);
    }
    this.groupNames = Object.fromEntries(
      plan.groups.map(({ suffix, groupName }) => [
        suffix === undefined ? args.pool : `${args.pool}-${suffix}`,
        groupName,
      ]),
    );
    this.registerOutputs({ groupNames: this.groupNames });
  }

  private template(
    name: string,
    args: WorkerPoolArgs,
    plan: PoolPlan,
    { groupName }: PoolGroup,
    tags: Tags,
  ): ec2.LaunchTemplate {
    const { basis, securityGroupIds, instanceProfileArn } = args;
    const instanceType = templateType(plan.purchase);
    return machineTemplate(
      `${name}-template`,
      {
        basis,
        templateName: groupName,
        node: pulumi.output({ ...commonNode(basis, "worker", groupName), pool: plan.node }),
        os: plan.os,
        image: plan.image,
        ...(instanceType !== undefined && { instanceType }),
        rootDevice: plan.rootDevice,
        rootVolume: plan.rootVolume,
        securityGroupIds,
        instanceProfileArn,
        tags,
      },
      { parent: this },
    );
  }

  private group(
    name: string,
    { basis, subnetIds }: WorkerPoolArgs,
    plan: PoolPlan,
    { groupName, zones, autoscalerTags }: PoolGroup,
    tags: Tags,
    template: ec2.LaunchTemplate,
  ): void {
    const group = new autoscaling.Group(
      `${name}-group`,
      {
        name: groupName,
        minSize: plan.min,
        maxSize: plan.max,
        desiredCapacity: plan.min,
        vpcZoneIdentifiers: zones.map((zone) => inZone(subnetIds, zone)),
        ...machinesFrom(template, plan.purchase),
        serviceLinkedRoleArn: basis.disks.autoScalingRoleArn,
        instanceRefresh: poolRefresh(plan.healthy),
        healthCheckType: "EC2",
        healthCheckGracePeriod: 60,
        // Moving machines between zones for balance's sake ends pods that the autoscaler and their budgets know nothing of.
        suspendedProcesses: ["AZRebalance"],
        // A pool short of spot capacity is no reason to fail the whole deployment: the group goes on trying.
        waitForCapacityTimeout: "0",
        enabledMetrics: [...groupMetrics],
        metricsGranularity: "1Minute",
        forceDelete: false,
        tags: groupTags(basis.spec, { ...tags, ...autoscalerTags }),
      },
      {
        parent: this,
        dependsOn: [...basis.bootAfter, basis.bundle],
        // The autoscaler's number, from the first minute on.
        ignoreChanges: ["desiredCapacity"],
        customTimeouts: { create: "15m", update: "15m", delete: "30m" },
      },
    );
    new autoscaling.LifecycleHook(
      `${name}-joined`,
      { ...joinedHook, autoscalingGroupName: group.name },
      { parent: this },
    );
  }
}
