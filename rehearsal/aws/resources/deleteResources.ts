/** Deletion of resources from the rehearsed AWS. Types without a handler stay there: nothing in the cluster depends on them. */
import { DeleteLaunchTemplateCommand, DeleteVolumeCommand } from "@aws-sdk/client-ec2";
import {
  DeleteInstanceProfileCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import { DeleteLifecycleHookCommand } from "@aws-sdk/client-auto-scaling";
import { ChangeResourceRecordSetsCommand, ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { DeleteParameterCommand } from "@aws-sdk/client-ssm";
import type * as aws from "@pulumi/aws";
import { deleteGroup } from "../autoScaling/deleteGroup";
import { resourceHandler, type ResourceHandler } from "./resourceHandler";
import type { ChangeContext } from "./updateResources";

type DeleteHandler = (...args: Parameters<ResourceHandler>) => Promise<unknown>;

export const deleteHandlers: Readonly<Record<string, DeleteHandler>> = {
  "aws:autoscaling/group:Group": resourceHandler<aws.autoscaling.GroupArgs>(async (_inputs, _aws, context) => {
    await deleteGroup(context.name, context as typeof context & ChangeContext);
  }),

  "aws:autoscaling/lifecycleHook:LifecycleHook": resourceHandler<aws.autoscaling.LifecycleHookArgs>(
    async ({ autoscalingGroupName: AutoScalingGroupName }, { autoScaling }, { name: LifecycleHookName }) => {
      await autoScaling.send(new DeleteLifecycleHookCommand({ AutoScalingGroupName, LifecycleHookName }));
    },
  ),

  "aws:ec2/launchTemplate:LaunchTemplate": resourceHandler<aws.ec2.LaunchTemplateArgs>(
    async (_inputs, { ec2 }, { name: LaunchTemplateName }) => {
      await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName }));
    },
  ),

  "aws:ebs/volume:Volume": ({ id: VolumeId }, { aws: { ec2 } }) => ec2.send(new DeleteVolumeCommand({ VolumeId })),

  "aws:iam/instanceProfile:InstanceProfile": resourceHandler<aws.iam.InstanceProfileArgs>(
    async (inputs, { iam }, { name: InstanceProfileName }) => {
      const RoleName = inputs.role as string;
      await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
      await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    },
  ),

  "aws:iam/role:Role": resourceHandler<aws.iam.RoleArgs>(async (_inputs, { iam }, { name: RoleName }) => {
    await iam.send(new DeleteRoleCommand({ RoleName }));
  }),

  "aws:iam/rolePolicy:RolePolicy": resourceHandler<aws.iam.RolePolicyArgs>(
    async (inputs, { iam }, { name: PolicyName }) => {
      await iam.send(new DeleteRolePolicyCommand({ RoleName: inputs.role as string, PolicyName }));
    },
  ),

  "aws:iam/policy:Policy": ({ id: PolicyArn }, { aws: { iam } }) => iam.send(new DeletePolicyCommand({ PolicyArn })),

  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": resourceHandler<aws.iam.RolePolicyAttachmentArgs>(
    async ({ policyArn: PolicyArn, role }, { iam }) => {
      if (PolicyArn.includes("::aws:policy/")) return;
      await iam.send(new DetachRolePolicyCommand({ RoleName: role as string, PolicyArn }));
    },
  ),

  "aws:route53/record:Record": resourceHandler<aws.route53.RecordArgs>(async (inputs, { route53 }, { name }) => {
    const HostedZoneId = inputs.zoneId;
    const { ResourceRecordSets = [] } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
    // Whatever the record holds now: members write their addresses into theirs.
    const found = ResourceRecordSets.find((set) => set.Type === inputs.type && set.Name?.replace(/\.$/, "") === name);
    if (found === undefined) return;
    const ChangeBatch = { Changes: [{ Action: "DELETE" as const, ResourceRecordSet: found }] };
    await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch }));
  }),

  "aws:s3/bucketObjectv2:BucketObjectv2": resourceHandler<aws.s3.BucketObjectv2Args>(async (inputs, { s3 }) => {
    await s3.send(new DeleteObjectCommand({ Bucket: inputs.bucket as string, Key: inputs.key }));
  }),

  "aws:ssm/parameter:Parameter": resourceHandler<aws.ssm.ParameterArgs>(async (_inputs, { ssm }, { name: Name }) => {
    await ssm.send(new DeleteParameterCommand({ Name }));
  }),
};
