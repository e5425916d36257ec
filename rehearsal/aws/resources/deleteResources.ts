/** Deletion of resources from the rehearsed AWS. Types without a handler are parts of other resources, or do not exist there. */
import {
  DeleteInternetGatewayCommand,
  DeleteLaunchTemplateCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVolumeCommand,
  DeleteVpcCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
} from "@aws-sdk/client-ec2";
import {
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  DeleteInstanceProfileCommand,
  DeleteOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import { DeleteLifecycleHookCommand } from "@aws-sdk/client-auto-scaling";
import { DeleteAliasCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import {
  ChangeResourceRecordSetsCommand,
  DeleteHostedZoneCommand,
  ListResourceRecordSetsCommand,
} from "@aws-sdk/client-route-53";
import { DeleteBucketCommand, DeleteObjectCommand, ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
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

  "aws:ec2/vpc:Vpc": ({ id: VpcId }, { aws: { ec2 } }) => ec2.send(new DeleteVpcCommand({ VpcId })),
  "aws:ec2/subnet:Subnet": ({ id: SubnetId }, { aws: { ec2 } }) => ec2.send(new DeleteSubnetCommand({ SubnetId })),
  "aws:ec2/securityGroup:SecurityGroup": ({ id: GroupId }, { aws: { ec2 } }) =>
    ec2.send(new DeleteSecurityGroupCommand({ GroupId })),
  "aws:ec2/internetGateway:InternetGateway": async ({ id: InternetGatewayId, inputs }, { aws: { ec2 } }) => {
    await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId: String(inputs.vpcId) }));
    await ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId }));
  },
  "aws:ec2/routeTable:RouteTable": ({ id: RouteTableId }, { aws: { ec2 } }) =>
    ec2.send(new DeleteRouteTableCommand({ RouteTableId })),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ({ id: AssociationId }, { aws: { ec2 } }) =>
    ec2.send(new DisassociateRouteTableCommand({ AssociationId })),
  "aws:ec2/route:Route": resourceHandler<aws.ec2.RouteArgs>(async (inputs, { ec2 }) => {
    // Others are not created.
    if (inputs.gatewayId === undefined) return;
    const { routeTableId: RouteTableId, destinationCidrBlock: DestinationCidrBlock } = inputs;
    await ec2.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock }));
  }),

  "aws:lb/loadBalancer:LoadBalancer": ({ id: LoadBalancerArn }, { aws: { loadBalancing } }) =>
    loadBalancing.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })),
  "aws:lb/listener:Listener": ({ id: ListenerArn }, { aws: { loadBalancing } }) =>
    loadBalancing.send(new DeleteListenerCommand({ ListenerArn })),
  "aws:lb/targetGroup:TargetGroup": ({ id: TargetGroupArn }, { aws: { loadBalancing } }) =>
    loadBalancing.send(new DeleteTargetGroupCommand({ TargetGroupArn })),

  "aws:sqs/queue:Queue": ({ id: QueueUrl }, { aws: { call } }) => call("sqs", "AmazonSQS.DeleteQueue", { QueueUrl }),
  "aws:cloudwatch/eventRule:EventRule": resourceHandler<aws.cloudwatch.EventRuleArgs>(
    async (_inputs, { call }, { name: Name }) => {
      await call("events", "AWSEvents.DeleteRule", { Name });
    },
  ),
  "aws:cloudwatch/eventTarget:EventTarget": resourceHandler<aws.cloudwatch.EventTargetArgs>(
    async ({ rule: Rule, targetId = "target" }, { call }) => {
      await call("events", "AWSEvents.RemoveTargets", { Rule, Ids: [targetId] });
    },
  ),
  "aws:cloudwatch/logGroup:LogGroup": resourceHandler<aws.cloudwatch.LogGroupArgs>(
    async (_inputs, { call }, { name: logGroupName }) => {
      await call("logs", "Logs_20140328.DeleteLogGroup", { logGroupName });
    },
  ),

  "aws:kms/key:Key": ({ id: KeyId, inputs }, { aws: { kms } }) =>
    kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: Number(inputs.deletionWindowInDays ?? 30) })),
  "aws:kms/alias:Alias": resourceHandler<aws.kms.AliasArgs>(async (_inputs, { kms }, { name: AliasName }) => {
    await kms.send(new DeleteAliasCommand({ AliasName }));
  }),

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

  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ({ id: OpenIDConnectProviderArn }, { aws: { iam } }) =>
    iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })),

  "aws:route53/zone:Zone": ({ id: Id }, { aws: { route53 } }) => route53.send(new DeleteHostedZoneCommand({ Id })),

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

  "aws:s3/bucket:Bucket": resourceHandler<aws.s3.BucketArgs>(async ({ bucket, forceDestroy }, { s3 }, { name }) => {
    const Bucket = bucket ?? name;
    if (forceDestroy === true) await emptyBucket(s3, Bucket);
    await s3.send(new DeleteBucketCommand({ Bucket }));
  }),

  "aws:ssm/parameter:Parameter": resourceHandler<aws.ssm.ParameterArgs>(async (_inputs, { ssm }, { name: Name }) => {
    await ssm.send(new DeleteParameterCommand({ Name }));
  }),
};

/** Deletes all versions of all objects. */
async function emptyBucket(s3: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const found = [...Versions, ...DeleteMarkers];
    if (found.length === 0) return;
    for (const { Key, VersionId } of found) await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }
}
