/** Load balancers, launch templates and the groups that start machines from them. */
import {
  AttachLoadBalancerTargetGroupsCommand,
  CreateAutoScalingGroupCommand,
  type MixedInstancesPolicy,
  PutLifecycleHookCommand,
} from "@aws-sdk/client-auto-scaling";
import { CreateLaunchTemplateCommand, type _InstanceType, type ResourceType } from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  type ProtocolEnum,
  type TargetTypeEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type * as aws from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import { type ResourceHandler, resourceHandler, tagList } from "./resourceHandler";

export const computeHandlers: Readonly<Record<string, ResourceHandler>> = {
  "aws:lb/loadBalancer:LoadBalancer": resourceHandler<aws.lb.LoadBalancerArgs>(
    async (inputs, { loadBalancing }, { name }) => {
      const { LoadBalancers } = await loadBalancing.send(
        new CreateLoadBalancerCommand({
          Name: name,
          Type: inputs.loadBalancerType as "network",
          Scheme: inputs.internal === true ? "internal" : "internet-facing",
          Subnets: inputs.subnets ?? inputs.subnetMappings?.map(({ subnetId }) => subnetId),
          SecurityGroups: inputs.securityGroups,
          Tags: tagList(inputs.tags),
        }),
      );
      const made = LoadBalancers?.[0];
      return {
        id: made?.LoadBalancerArn,
        arn: made?.LoadBalancerArn,
        dnsName: made?.DNSName,
        zoneId: made?.CanonicalHostedZoneId,
      };
    },
  ),

  "aws:lb/targetGroup:TargetGroup": resourceHandler<aws.lb.TargetGroupArgs>(
    async (inputs, { loadBalancing }, { name }) => {
      const { TargetGroups } = await loadBalancing.send(
        new CreateTargetGroupCommand({
          Name: name,
          Protocol: inputs.protocol as ProtocolEnum,
          Port: inputs.port,
          VpcId: inputs.vpcId,
          TargetType: inputs.targetType as TargetTypeEnum | undefined,
          Tags: tagList(inputs.tags),
        }),
      );
      const arn = TargetGroups?.[0]?.TargetGroupArn;
      return { id: arn, arn };
    },
  ),

  "aws:lb/listener:Listener": resourceHandler<aws.lb.ListenerArgs>(async (inputs, { loadBalancing }) => {
    const { Listeners } = await loadBalancing.send(
      new CreateListenerCommand({
        LoadBalancerArn: inputs.loadBalancerArn,
        Port: inputs.port,
        Protocol: inputs.protocol as ProtocolEnum,
        DefaultActions: inputs.defaultActions.map(({ targetGroupArn }) => ({
          Type: "forward",
          TargetGroupArn: targetGroupArn,
        })),
      }),
    );
    const arn = Listeners?.[0]?.ListenerArn;
    return { id: arn, arn };
  }),

  "aws:ec2/launchTemplate:LaunchTemplate": resourceHandler<aws.ec2.LaunchTemplateArgs>(
    async (inputs, { ec2 }, { name }) => {
      const { LaunchTemplate } = await ec2.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName: name,
          LaunchTemplateData: {
            ImageId: inputs.imageId,
            InstanceType: (inputs.instanceType ?? anyType) as _InstanceType,
            UserData: inputs.userData,
            // moto's groups read this field, and take ids in it
            SecurityGroups: templateSecurityGroups(inputs),
            TagSpecifications: inputs.tagSpecifications?.map(({ resourceType, tags }) => ({
              ResourceType: resourceType as ResourceType,
              Tags: tagList(tags),
            })),
          },
        }),
      );
      return { id: LaunchTemplate?.LaunchTemplateId };
    },
  ),

  "aws:autoscaling/group:Group": resourceHandler<aws.autoscaling.GroupArgs>(
    async (inputs, { autoScaling }, { name, context }) => {
      const { min, max } = context.bounds(name, { min: inputs.minSize, max: inputs.maxSize });
      await autoScaling.send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName: name,
          MinSize: min,
          MaxSize: max,
          DesiredCapacity: context.desiredCapacity(name, inputs.desiredCapacity ?? inputs.minSize),
          VPCZoneIdentifier: inputs.vpcZoneIdentifiers?.join(","),
          LaunchTemplate: inputs.launchTemplate && {
            ...(inputs.launchTemplate.id === undefined
              ? { LaunchTemplateName: inputs.launchTemplate.name }
              : { LaunchTemplateId: inputs.launchTemplate.id }),
            Version: inputs.launchTemplate.version ?? "$Default",
          },
          MixedInstancesPolicy: inputs.mixedInstancesPolicy && mixedInstances(inputs.mixedInstancesPolicy),
          TargetGroupARNs: inputs.targetGroupArns,
          HealthCheckType: inputs.healthCheckType,
          HealthCheckGracePeriod: inputs.healthCheckGracePeriod,
          Tags: inputs.tags?.map(({ key, value, propagateAtLaunch }) => ({
            Key: key,
            Value: value,
            PropagateAtLaunch: propagateAtLaunch,
          })),
        }),
      );
      for (const hook of inputs.initialLifecycleHooks ?? []) {
        await autoScaling.send(
          new PutLifecycleHookCommand({
            AutoScalingGroupName: name,
            LifecycleHookName: hook.name,
            LifecycleTransition: hook.lifecycleTransition,
            HeartbeatTimeout: hook.heartbeatTimeout,
            DefaultResult: hook.defaultResult,
          }),
        );
      }
      return {};
    },
  ),

  "aws:autoscaling/lifecycleHook:LifecycleHook": resourceHandler<aws.autoscaling.LifecycleHookArgs>(
    async (inputs, { autoScaling }, { name }) => {
      await autoScaling.send(
        new PutLifecycleHookCommand({
          AutoScalingGroupName: inputs.autoscalingGroupName,
          LifecycleHookName: name,
          LifecycleTransition: inputs.lifecycleTransition,
          HeartbeatTimeout: inputs.heartbeatTimeout,
          DefaultResult: inputs.defaultResult,
        }),
      );
      return {};
    },
  ),

  "aws:autoscaling/attachment:Attachment": resourceHandler<aws.autoscaling.AttachmentArgs>(
    async (inputs, { autoScaling }) => {
      await autoScaling.send(
        new AttachLoadBalancerTargetGroupsCommand({
          AutoScalingGroupName: inputs.autoscalingGroupName,
          TargetGroupARNs: [inputs.lbTargetGroupArn ?? ""],
        }),
      );
      return {};
    },
  ),
};

/** Security groups of a launch template, which names them for the instance or for its first interface. */
export function templateSecurityGroups(inputs: Unwrap<aws.ec2.LaunchTemplateArgs>): string[] {
  return inputs.vpcSecurityGroupIds ?? inputs.networkInterfaces?.[0]?.securityGroups ?? [];
}

/** Stands for whatever AWS would choose. */
const anyType = "m6i.large";

function mixedInstances(
  policy: NonNullable<Unwrap<aws.autoscaling.GroupArgs>["mixedInstancesPolicy"]>,
): MixedInstancesPolicy {
  const template = policy.launchTemplate.launchTemplateSpecification;
  return {
    // not which of them are spot: moto rounds either share down, and would start too few
    LaunchTemplate: {
      LaunchTemplateSpecification: {
        LaunchTemplateId: template.launchTemplateId,
        Version: template.version ?? "$Default",
      },
      // moto chooses no type by what it must have
      Overrides: policy.launchTemplate.overrides?.map(({ instanceType }) => ({
        InstanceType: instanceType ?? anyType,
      })),
    },
  };
}
