import * as autoscaling from "@pulumi/aws/autoscaling";
import type * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import { poolTags } from "../aws/tags.plan";
import type { Tags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import { commonGroupArgs } from "../machines/autoScalingGroup.plan";
import type { DiskEncryption } from "../machines/diskEncryption";
import { createLaunchTemplate } from "../machines/launchTemplate";
import type { LaunchTemplateArgs } from "../machines/launchTemplate";
import { poolRefresh, replacementByAge, startedByUpdate, workerLaunchHook } from "../machines/lifecycleHooks.plan";
import { resolveImage } from "../machines/machineImage";
import { inZone } from "../network/zones.plan";
import type { ByZone } from "../network/zones.plan";
import type { NodeBundle } from "../node/nodeBundle";
import { planPool } from "./pools.plan";
import type { PoolGroup, PoolPlan } from "./pools.plan";
import { capacityArgs, templateInstanceType } from "./purchaseOptions.plan";

export interface WorkerPoolArgs {
  readonly spec: ClusterSpec;
  /** Name of the pool in the settings. */
  readonly pool: string;
  readonly bundle: NodeBundle;
  readonly disks: DiskEncryption;
  /** Private subnet by zone name. */
  readonly subnetIds: ByZone<pulumi.Input<string>>;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  readonly instanceProfileArn: pulumi.Input<string>;
  /** Resources that the first boot of an instance needs. */
  readonly bootAfter: readonly pulumi.Resource[];
}

/** Arguments of the launch template of one group of a pool. */
interface TemplateArgs extends Pick<LaunchTemplateArgs, "image" | "tags"> {
  readonly args: WorkerPoolArgs;
  readonly plan: PoolPlan;
  readonly group: PoolGroup;
}

/** Instances of a worker pool: a launch template and an Auto Scaling group, or one of each per zone. */
export class WorkerPool extends pulumi.ComponentResource {
  /** Names of the Auto Scaling groups by pool, or by pool and zone (`db-a`) with `perZone`. */
  readonly groupNames: Readonly<Record<string, string>>;
  readonly groupArns: readonly pulumi.Output<string>[];

  constructor(name: string, args: WorkerPoolArgs, options?: pulumi.ComponentResourceOptions) {
    const plan = planPool(args.spec, args.pool);
    // Input of the policy on Kubernetes versions.
    super("holdfast:index:WorkerPool", name, { kubernetesVersion: plan.kubernetesVersion }, options);
    // One image for the groups of all zones: a zone that is added later gets the image of the others.
    const image = resolveImage(name, plan.image, this);
    const withZone = (text: string, { suffix }: PoolGroup) => (suffix === undefined ? text : `${text}-${suffix}`);
    this.groupArns = plan.groups.map((group) => {
      const tags = poolTags(args.spec.name, group.groupName, args.pool);
      const template = this.createTemplate(withZone(name, group), { args, plan, image, group, tags });
      return this.createGroup(withZone(name, group), args, plan, group, tags, template).arn;
    });
    this.groupNames = Object.fromEntries(plan.groups.map((group) => [withZone(args.pool, group), group.groupName]));
    this.registerOutputs({ groupNames: this.groupNames });
  }

  private createTemplate(
    name: string,
    { args, plan, image, group: { groupName }, tags }: TemplateArgs,
  ): ec2.LaunchTemplate {
    const { spec, bundle, disks, securityGroupIds, instanceProfileArn } = args;
    return createLaunchTemplate(
      `${name}-template`,
      {
        spec,
        bundle: bundle.ofWorkers(plan.kubernetesVersion),
        disks,
        groupName,
        role: "worker",
        node: pulumi.output({ pool: plan.node }),
        patches: plan.patches,
        os: plan.os,
        image,
        instanceType: templateInstanceType(plan.purchase),
        rootDevice: plan.rootDevice,
        rootVolume: plan.rootVolume,
        securityGroupIds: [...securityGroupIds, ...plan.securityGroupIds],
        instanceProfileArn,
        tags,
      },
      this,
    );
  }

  private createGroup(
    name: string,
    { spec, bundle, disks, subnetIds, bootAfter }: WorkerPoolArgs,
    plan: PoolPlan,
    { groupName, zones, autoscalerTags }: PoolGroup,
    tags: Tags,
    template: ec2.LaunchTemplate,
  ): autoscaling.Group {
    const group = new autoscaling.Group(
      `${name}-group`,
      {
        ...commonGroupArgs(spec, { ...tags, ...autoscalerTags }),
        ...capacityArgs(template, plan.purchase),
        name: groupName,
        minSize: plan.min,
        maxSize: plan.max,
        desiredCapacity: plan.min,
        vpcZoneIdentifiers: zones.map((zone) => inZone(subnetIds, zone)),
        serviceLinkedRoleArn: disks.autoScalingRoleArn,
        ...startedByUpdate(spec, poolRefresh(plan.healthy)),
        ...replacementByAge(plan),
        // Rebalancing zones terminates nodes without regard to the Cluster Autoscaler and to disruption budgets.
        suspendedProcesses: ["AZRebalance"],
        // Missing spot capacity must not fail the deployment: the group keeps trying.
        waitForCapacityTimeout: "0",
      },
      {
        parent: this,
        dependsOn: [...bootAfter, bundle],
        // The Cluster Autoscaler owns the desired capacity from the start.
        ignoreChanges: ["desiredCapacity"],
        customTimeouts: { create: "15m", update: "15m", delete: "30m" },
      },
    );
    new autoscaling.LifecycleHook(
      `${name}-joined`,
      { ...workerLaunchHook, autoscalingGroupName: group.name },
      { parent: this },
    );
    return group;
  }
}
