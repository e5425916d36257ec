import * as autoscaling from "@pulumi/aws/autoscaling";
import type * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import { groupMetrics, groupTags } from "../node/groups";
import { commonNode, inZone } from "../node/machineBasis";
import type { MachineBasis } from "../node/machineBasis";
import { machineTemplate } from "../node/machineTemplate";
import { poolTags } from "../tags";
import type { Tags } from "../tags";
import { planPool } from "./pools";
import type { PoolPlan, Purchase } from "./pools";
import { joinedHook, poolRefresh } from "./rollout";

export interface WorkerPoolArgs {
  readonly basis: MachineBasis;
  /** Name of the pool in the settings. */
  readonly pool: string;
  /** Private subnet by zone name. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  readonly instanceProfileArn: pulumi.Input<string>;
}

/** The machines of a worker pool: a launch template and a group that the Cluster Autoscaler sizes. */
export class WorkerPool extends pulumi.ComponentResource {
  /** Name of the Auto Scaling group. */
  readonly groupName: string;

  constructor(name: string, args: WorkerPoolArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:workers:WorkerPool", name, {}, options);
    const plan = planPool(args.basis.spec, args.pool);
    const tags = poolTags(args.basis.spec.name, plan.groupName, args.pool);

    const template = this.template(name, args, plan, tags);
    this.group(name, args, plan, tags, template);

    this.groupName = plan.groupName;
    this.registerOutputs({ groupName: this.groupName });
  }

  private template(name: string, args: WorkerPoolArgs, plan: PoolPlan, tags: Tags): ec2.LaunchTemplate {
    const { basis, securityGroupIds, instanceProfileArn } = args;
    return machineTemplate(
      `${name}-template`,
      {
        basis,
        templateName: plan.groupName,
        node: pulumi.output({ ...commonNode(basis, "worker", plan.groupName), pool: plan.node }),
        image: plan.image,
        instanceType: plan.purchase.instanceTypes[0],
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
    tags: Tags,
    template: ec2.LaunchTemplate,
  ): void {
    const group = new autoscaling.Group(
      `${name}-group`,
      {
        name: plan.groupName,
        minSize: plan.min,
        maxSize: plan.max,
        desiredCapacity: plan.min,
        vpcZoneIdentifiers: plan.zones.map((zone) => inZone(subnetIds, zone)),
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
        tags: groupTags(basis.spec, { ...tags, ...plan.autoscalerTags }),
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

/** Where a group's machines come from, and how they are bought. */
function machinesFrom(
  { id, latestVersion }: ec2.LaunchTemplate,
  purchase: Purchase,
): Pick<autoscaling.GroupArgs, "launchTemplate" | "warmPool" | "mixedInstancesPolicy" | "capacityRebalance"> {
  const version = latestVersion.apply(String);
  if (purchase.kind === "warm") {
    return {
      launchTemplate: { id, version },
      warmPool: {
        poolState: "Stopped",
        minSize: purchase.minStopped,
        maxGroupPreparedCapacity: purchase.maxPrepared,
        // A machine that was a node is not stopped and started again as if it were new.
        instanceReusePolicy: { reuseOnScaleIn: false },
      },
    };
  }
  return {
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: id, version },
        overrides: purchase.instanceTypes.map((instanceType) => ({ instanceType })),
      },
      instancesDistribution: {
        onDemandAllocationStrategy: "prioritized",
        onDemandBaseCapacity: purchase.onDemandBase,
        onDemandPercentageAboveBaseCapacity: purchase.onDemandPercentAboveBase,
        spotAllocationStrategy: "price-capacity-optimized",
      },
    },
    // A replacement is launched when AWS warns that a spot machine may go, not when it has gone.
    capacityRebalance: purchase.spot,
  };
}
