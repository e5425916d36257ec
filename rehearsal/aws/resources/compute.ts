/** Load balancers, launch templates and Auto Scaling groups. */
import {
  AttachLoadBalancerTargetGroupsCommand,
  type AutoScalingClient,
  CreateAutoScalingGroupCommand,
  type MixedInstancesPolicy,
  PutLifecycleHookCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateCommand,
  type _InstanceType,
  type RequestLaunchTemplateData,
  type ResourceType,
} from "@aws-sdk/client-ec2";
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
        new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData: launchTemplateData(inputs) }),
      );
      return { id: LaunchTemplate?.LaunchTemplateId };
    },
  ),

  "aws:autoscaling/group:Group": resourceHandler<aws.autoscaling.GroupArgs>(
    async (inputs, { autoScaling }, { name, sizes }) => {
      const machines = sizes?.find((size) => size.name === name)?.machines ?? inputs.minSize;
      await autoScaling.send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName: name,
          MinSize: Math.min(inputs.minSize, machines),
          MaxSize: Math.max(inputs.maxSize, machines),
          // The rehearsal starts the machines when every service runs.
          DesiredCapacity: 0,
          ...groupConfiguration(inputs),
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
      for (const hook of inputs.initialLifecycleHooks ?? []) await putHook(autoScaling, name, hook.name, hook);
    },
  ),

  "aws:autoscaling/lifecycleHook:LifecycleHook": resourceHandler<aws.autoscaling.LifecycleHookArgs>(
    (inputs, { autoScaling }, { name }) => putHook(autoScaling, inputs.autoscalingGroupName, name, inputs),
  ),

  "aws:autoscaling/attachment:Attachment": resourceHandler<aws.autoscaling.AttachmentArgs>(
    async (inputs, { autoScaling }) => {
      await autoScaling.send(
        new AttachLoadBalancerTargetGroupsCommand({
          AutoScalingGroupName: inputs.autoscalingGroupName,
          TargetGroupARNs: [inputs.lbTargetGroupArn ?? ""],
        }),
      );
    },
  ),
};

async function putHook(
  autoScaling: AutoScalingClient,
  group: string,
  name: string,
  hook: Pick<Unwrap<aws.autoscaling.LifecycleHookArgs>, "lifecycleTransition" | "heartbeatTimeout" | "defaultResult">,
): Promise<void> {
  await autoScaling.send(
    new PutLifecycleHookCommand({
      AutoScalingGroupName: group,
      LifecycleHookName: name,
      LifecycleTransition: hook.lifecycleTransition,
      HeartbeatTimeout: hook.heartbeatTimeout,
      DefaultResult: hook.defaultResult,
    }),
  );
}

/** Security groups of a launch template: of the instance, or of its first interface. */
export function templateSecurityGroups(inputs: Unwrap<aws.ec2.LaunchTemplateArgs>): string[] {
  return inputs.vpcSecurityGroupIds ?? inputs.networkInterfaces?.[0]?.securityGroups ?? [];
}

/** Contents of a launch template version. */
export function launchTemplateData(inputs: Unwrap<aws.ec2.LaunchTemplateArgs>): RequestLaunchTemplateData {
  return {
    ImageId: inputs.imageId,
    InstanceType: (inputs.instanceType ?? anyType) as _InstanceType,
    UserData: inputs.userData,
    // moto's groups read this field, and accept ids in it.
    SecurityGroups: templateSecurityGroups(inputs),
    TagSpecifications: inputs.tagSpecifications?.map(({ resourceType, tags }) => ({
      ResourceType: resourceType as ResourceType,
      Tags: tagList(tags),
    })),
  };
}

/** Launch template, types and zones of a group, as its creation and its update name them. */
export function groupConfiguration(inputs: Unwrap<aws.autoscaling.GroupArgs>) {
  return {
    VPCZoneIdentifier: inputs.vpcZoneIdentifiers?.join(","),
    LaunchTemplate: inputs.launchTemplate && {
      ...(inputs.launchTemplate.id === undefined
        ? { LaunchTemplateName: inputs.launchTemplate.name }
        : { LaunchTemplateId: inputs.launchTemplate.id }),
      Version: inputs.launchTemplate.version ?? "$Default",
    },
    MixedInstancesPolicy: inputs.mixedInstancesPolicy && mixedInstances(inputs.mixedInstancesPolicy),
  };
}

/** Stands for AWS's choice. */
const anyType = "m6i.large";

function mixedInstances(
  policy: NonNullable<Unwrap<aws.autoscaling.GroupArgs>["mixedInstancesPolicy"]>,
): MixedInstancesPolicy {
  const template = policy.launchTemplate.launchTemplateSpecification;
  return {
    // Without the spot share: moto rounds both shares down and would launch too few.
    LaunchTemplate: {
      LaunchTemplateSpecification: {
        LaunchTemplateId: template.launchTemplateId,
        Version: template.version ?? "$Default",
      },
      // moto does not select types by requirements.
      Overrides: policy.launchTemplate.overrides?.map(({ instanceType }) => ({
        InstanceType: instanceType ?? anyType,
      })),
    },
  };
}
