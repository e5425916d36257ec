import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";

import { clusterPath } from "../aws/clusterPath.plan";
import { memberTags, resourceTags } from "../aws/tags.plan";
import type { MemberRole } from "../aws/tags.plan";
import { inZone } from "../network/zones.plan";
import type { ByZone } from "../network/zones.plan";
import type { NodeBundle } from "../node/nodeBundle";
import type { DiskSpec } from "../settings/fields";
import { commonGroupArgs, memberGroupName } from "./autoScalingGroup.plan";
import { bootingMachine, createLaunchTemplate } from "./launchTemplate";
import type { LaunchTemplateArgs } from "./launchTemplate";
import { memberRefresh, memberTerminationHook, startedByUpdate } from "./lifecycleHooks.plan";
import { configurationParameter, renderMemberConfiguration } from "./memberConfiguration.plan";

export interface MemberGroupArgs extends Pick<
  LaunchTemplateArgs,
  "spec" | "disks" | "node" | "patches" | "image" | "securityGroupIds" | "instanceProfileArn"
> {
  readonly bundle: NodeBundle;
  readonly role: MemberRole;
  readonly member: { readonly name: string; readonly zone: string };
  readonly machine: { readonly instanceType: string; readonly rootVolume: DiskSpec };
  /** Private subnet by zone name. */
  readonly subnetIds: ByZone<pulumi.Input<string>>;
  /** Target groups of the API's load balancers. Default: none. */
  readonly targetGroupArns?: readonly pulumi.Input<string>[];
  /** Resources that the first boot needs. */
  readonly bootAfter: readonly pulumi.Resource[];
  /** Pulumi must not delete the group. Default: false. */
  readonly protect?: boolean;
}

/**
 * Auto Scaling group that keeps the one instance of a member running in the member's zone, with its launch template and
 * termination hook. A new instance takes over the member's data volume and DNS name.
 */
export function createMemberGroup(name: string, args: MemberGroupArgs, parent: pulumi.Resource): autoscaling.Group {
  const { spec, bundle, disks, role, member, machine } = args;
  const groupName = memberGroupName(spec.name, role, member.name);
  const tags = memberTags(spec.name, groupName, role, member.name);
  const template = createLaunchTemplate(
    `${name}-template`,
    {
      spec,
      bundle: bundle.ofMembers(),
      disks,
      groupName,
      role,
      node: args.node,
      ...(args.patches && { patches: args.patches }),
      image: args.image,
      instanceType: machine.instanceType,
      rootVolume: machine.rootVolume,
      securityGroupIds: args.securityGroupIds,
      instanceProfileArn: args.instanceProfileArn,
      tags,
    },
    parent,
  );
  const version = template.latestVersion.apply(String);
  // Before the group, so that the member finds it when the rollout starts.
  const configuration = role === "control-plane" ? [createConfiguration(name, args, groupName, version, parent)] : [];
  const group = new autoscaling.Group(
    `${name}-group`,
    {
      ...commonGroupArgs(spec, tags),
      name: groupName,
      minSize: 1,
      maxSize: 1,
      desiredCapacity: 1,
      vpcZoneIdentifiers: [inZone(args.subnetIds, member.zone)],
      launchTemplate: { id: template.id, version },
      targetGroupArns: [...(args.targetGroupArns ?? [])],
      serviceLinkedRoleArn: disks.autoScalingRoleArn,
      ...startedByUpdate(spec, memberRefresh),
      // A healthy member protects itself; protection of a broken one would block its repair.
      protectFromScaleIn: false,
      // An instance is in service as soon as it runs: 10 minutes are enough to see a missing image, type or permission.
      waitForCapacityTimeout: "10m",
    },
    {
      parent,
      protect: args.protect ?? false,
      dependsOn: [...args.bootAfter, bundle, ...configuration],
      // Members leave one after another, and those of external etcd once no API server uses them.
      customTimeouts: { create: "15m", update: "15m", delete: "60m" },
    },
  );
  new autoscaling.LifecycleHook(
    `${name}-depart`,
    { ...memberTerminationHook, autoscalingGroupName: group.name },
    // Deleted before its group, the hook would not hold the machine until its member has left.
    { parent, deletedWith: group },
  );
  return group;
}

/** SSM parameter with the configuration of the template's version. */
function createConfiguration(
  name: string,
  args: MemberGroupArgs,
  groupName: string,
  version: pulumi.Output<string>,
  parent: pulumi.Resource,
): ssm.Parameter {
  const { spec, bundle, node, patches, role, member } = args;
  const path = configurationParameter(member.name);
  return new ssm.Parameter(
    `${name}-configuration`,
    {
      name: `${clusterPath(spec.name)}${path}`,
      description: `Configuration with which member ${member.name} of the control plane boots next`,
      type: "String",
      // Long settings exceed the 4,096 bytes of the standard tier.
      tier: "Intelligent-Tiering",
      // Not secret: the user data has the same content.
      insecureValue: pulumi
        .all([
          version,
          bootingMachine({ spec, bundle: bundle.ofMembers(), node, ...(patches && { patches }), role, groupName }),
        ])
        .apply(([template, machine]) => renderMemberConfiguration(template, machine)),
      tags: resourceTags(spec.name, groupName),
    },
    { parent, dependsOn: [bundle] },
  );
}
