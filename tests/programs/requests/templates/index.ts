/** CloudFormation resources for planned ones. */

import { callsOf } from "../calls";
import type { Inputs, Planned } from "../calls";
import { renamed, tagsOf, without } from "../calls/call";
import { bucketSettings, isBucketSetting } from "./bucket";
import { distributionProperties } from "./distribution";

/** Resource of a CloudFormation template. Properties need not have the schema's capitals. */
export interface TemplateResource {
  readonly resource: string;
  readonly type: string;
  readonly properties: Inputs;
}

type Convert = (resource: Planned, all: readonly Planned[]) => Inputs;

interface Target {
  readonly type: string;
  readonly convert: Convert;
}

/** Parameters of the request that creates the resource, renamed where CloudFormation has other names. */
const created =
  (names: Readonly<Record<string, string>> = {}, change: Convert = () => ({})): Convert =>
  (resource, all) => {
    const parameters = callsOf(resource)?.[0]?.parameters ?? {};
    return {
      ...renamed(without(parameters, "tagSpecifications"), names),
      ...("tagSpecifications" in parameters && { tags: tagsOf(resource).list }),
      ...change(resource, all),
    };
  };

/** Policies are texts in the API and objects in CloudFormation. */
const document = (text: unknown): unknown => (typeof text === "string" ? (JSON.parse(text) as unknown) : text);

const attributesOf = (resource: Planned, request: number): unknown =>
  callsOf(resource)?.[request]?.parameters.attributes;

/** Rule without tags, which CloudFormation does not know for it. */
const securityGroupRule =
  (peer: "source" | "destination"): Convert =>
  ({ inputs: { cidrIpv4, securityGroupId, prefixListId, referencedSecurityGroupId, ...rest } }) => ({
    ...without(rest, "tags"),
    groupId: securityGroupId,
    cidrIp: cidrIpv4,
    [`${peer}PrefixListId`]: prefixListId,
    [`${peer}SecurityGroupId`]: referencedSecurityGroupId,
  });

const targets: Readonly<Record<string, Target>> = {
  "aws:autoscaling/group:Group": {
    type: "AWS::AutoScaling::AutoScalingGroup",
    convert: created({ defaultCooldown: "cooldown" }, ({ inputs }) => ({
      vpcZoneIdentifier: inputs.vpcZoneIdentifiers,
      ...(inputs.enabledMetrics !== undefined && {
        metricsCollection: [{ granularity: inputs.metricsGranularity, metrics: inputs.enabledMetrics }],
      }),
    })),
  },
  "aws:autoscaling/lifecycleHook:LifecycleHook": { type: "AWS::AutoScaling::LifecycleHook", convert: created() },
  "aws:cloudfront/distribution:Distribution": {
    type: "AWS::CloudFront::Distribution",
    convert: distributionProperties,
  },
  "aws:cloudfront/originAccessControl:OriginAccessControl": {
    type: "AWS::CloudFront::OriginAccessControl",
    convert: created(),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    type: "AWS::Events::Rule",
    convert: (resource, all) => {
      const own = all.filter(({ type, inputs }) => type === eventTarget && inputs.rule === resource.inputs.name);
      return created({}, ({ inputs }) => ({
        eventPattern: document(inputs.eventPattern),
        targets: own.map(({ inputs: { targetId, ...target } }) => ({ ...without(target, "rule"), id: targetId })),
      }))(resource, all);
    },
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    type: "AWS::Logs::LogGroup",
    convert: created({}, (resource) => ({
      tags: tagsOf(resource).list,
      retentionInDays: resource.inputs.retentionInDays,
    })),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": { type: "AWS::CloudWatch::Alarm", convert: created() },
  "aws:ebs/volume:Volume": { type: "AWS::EC2::Volume", convert: created() },
  "aws:ec2/eip:Eip": { type: "AWS::EC2::EIP", convert: created() },
  "aws:ec2/flowLog:FlowLog": {
    type: "AWS::EC2::FlowLog",
    convert: created({}, ({ inputs }) => ({ resourceIds: undefined, resourceId: inputs.vpcId })),
  },
  "aws:ec2/internetGateway:InternetGateway": { type: "AWS::EC2::InternetGateway", convert: created() },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    type: "AWS::EC2::LaunchTemplate",
    convert: created({}, (resource) => ({
      tags: undefined,
      tagSpecifications: tagsOf(resource).of("launch-template"),
    })),
  },
  "aws:ec2/natGateway:NatGateway": { type: "AWS::EC2::NatGateway", convert: created() },
  "aws:ec2/route:Route": { type: "AWS::EC2::Route", convert: created({}, () => ({ tags: undefined })) },
  "aws:ec2/routeTable:RouteTable": { type: "AWS::EC2::RouteTable", convert: created() },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    type: "AWS::EC2::SubnetRouteTableAssociation",
    convert: created({}, () => ({ tags: undefined })),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    type: "AWS::EC2::SecurityGroup",
    convert: created({ description: "groupDescription" }),
  },
  "aws:ec2/subnet:Subnet": {
    type: "AWS::EC2::Subnet",
    convert: created({}, ({ inputs }) => ({ mapPublicIpOnLaunch: inputs.mapPublicIpOnLaunch })),
  },
  "aws:ec2/vpc:Vpc": {
    type: "AWS::EC2::VPC",
    convert: created({}, ({ inputs: { enableDnsHostnames, enableDnsSupport } }) => ({
      enableDnsHostnames,
      enableDnsSupport,
    })),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    type: "AWS::EC2::VPCEndpoint",
    convert: created({}, ({ inputs }) => ({ policyDocument: document(inputs.policy) })),
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    type: "AWS::IAM::InstanceProfile",
    convert: created({}, ({ inputs }) => ({ tags: undefined, roles: [inputs.role] })),
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": { type: "AWS::IAM::OIDCProvider", convert: created() },
  "aws:iam/policy:Policy": {
    type: "AWS::IAM::ManagedPolicy",
    convert: created({ policyName: "managedPolicyName" }, ({ inputs }) => ({
      tags: undefined,
      policyDocument: document(inputs.policy),
    })),
  },
  "aws:iam/role:Role": {
    type: "AWS::IAM::Role",
    convert: created({}, (resource, all) => ({
      assumeRolePolicyDocument: document(resource.inputs.assumeRolePolicy),
      managedPolicyArns: all
        .filter(({ type, inputs }) => type === attachment && inputs.role === resource.inputs.name)
        .map(({ inputs }) => inputs.policyArn),
    })),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    type: "AWS::IAM::RolePolicy",
    convert: created({}, ({ inputs }) => ({ tags: undefined, policyDocument: document(inputs.policy) })),
  },
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": { type: "AWS::IAM::ServiceLinkedRole", convert: created() },
  "aws:kms/alias:Alias": { type: "AWS::KMS::Alias", convert: created({}, () => ({ tags: undefined })) },
  "aws:kms/key:Key": {
    type: "AWS::KMS::Key",
    convert: created({}, (resource) => {
      const { policy, enableKeyRotation, deletionWindowInDays } = resource.inputs;
      return {
        tags: tagsOf(resource).list,
        policy: undefined,
        keyPolicy: document(policy),
        enableKeyRotation,
        pendingWindowInDays: deletionWindowInDays,
      };
    }),
  },
  "aws:lb/listener:Listener": {
    type: "AWS::ElasticLoadBalancingV2::Listener",
    convert: created({}, () => ({ tags: undefined })),
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    convert: created({}, (resource) => ({
      loadBalancerAttributes: attributesOf(resource, 1),
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic:
        resource.inputs.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic,
    })),
  },
  "aws:lb/targetGroup:TargetGroup": {
    type: "AWS::ElasticLoadBalancingV2::TargetGroup",
    convert: created({}, (resource) => ({ targetGroupAttributes: attributesOf(resource, 1) })),
  },
  "aws:route53/record:Record": {
    type: "AWS::Route53::RecordSet",
    convert: ({ inputs: { zoneId, aliases, records, ...rest } }) => {
      const [alias] = (aliases ?? []) as readonly Inputs[];
      const { zoneId: aliasZone, name, ...other } = alias ?? {};
      return {
        ...rest,
        hostedZoneId: zoneId,
        resourceRecords: records,
        ...(alias !== undefined && { aliasTarget: { ...other, hostedZoneId: aliasZone, dnsName: name } }),
      };
    },
  },
  "aws:route53/zone:Zone": {
    type: "AWS::Route53::HostedZone",
    convert: (resource) => {
      const { name, comment, vpcs } = resource.inputs;
      return {
        name,
        hostedZoneConfig: { comment },
        hostedZoneTags: tagsOf(resource).list,
        vPCs: (vpcs as readonly Inputs[] | undefined)?.map(({ vpcId, vpcRegion }) => ({ vpcId, vpcRegion })),
      };
    },
  },
  "aws:s3/bucket:Bucket": {
    type: "AWS::S3::Bucket",
    convert: (resource, all) => ({
      bucketName: resource.inputs.bucket,
      objectLockEnabled: resource.inputs.objectLockEnabled,
      tags: tagsOf(resource).list,
      ...bucketSettings(resource.inputs.bucket, all),
    }),
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    type: "AWS::S3::BucketPolicy",
    convert: ({ inputs }) => ({ bucket: inputs.bucket, policyDocument: document(inputs.policy) }),
  },
  "aws:scheduler/schedule:Schedule": { type: "AWS::Scheduler::Schedule", convert: created() },
  "aws:scheduler/scheduleGroup:ScheduleGroup": { type: "AWS::Scheduler::ScheduleGroup", convert: created() },
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": { type: "AWS::ECR::PullThroughCacheRule", convert: created() },
  "aws:sns/topic:Topic": {
    type: "AWS::SNS::Topic",
    convert: (resource) => ({ ...renamed(resource.inputs, { name: "topicName" }), tags: tagsOf(resource).list }),
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    type: "AWS::SNS::TopicPolicy",
    convert: ({ inputs }) => ({ topics: [inputs.arn], policyDocument: document(inputs.policy) }),
  },
  "aws:sns/topicSubscription:TopicSubscription": { type: "AWS::SNS::Subscription", convert: created() },
  "aws:sqs/queue:Queue": {
    type: "AWS::SQS::Queue",
    convert: (resource) => ({
      ...renamed(resource.inputs, {
        name: "queueName",
        messageRetentionSeconds: "messageRetentionPeriod",
        visibilityTimeoutSeconds: "visibilityTimeout",
      }),
      tags: tagsOf(resource).list,
    }),
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    type: "AWS::SQS::QueuePolicy",
    convert: ({ inputs }) => ({ queues: [inputs.queueUrl], policyDocument: document(inputs.policy) }),
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    type: "AWS::EC2::SecurityGroupEgress",
    convert: securityGroupRule("destination"),
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    type: "AWS::EC2::SecurityGroupIngress",
    convert: securityGroupRule("source"),
  },
};

const eventTarget = "aws:cloudwatch/eventTarget:EventTarget";
const attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

/** Resources that are part of another one in CloudFormation. */
const isPart = (resource: Planned): boolean =>
  isBucketSetting(resource) || resource.type === eventTarget || resource.type === attachment;

/** CloudFormation has no SecureString parameters. */
const targetOf = ({ type, inputs }: Planned): Target | undefined => {
  if (type !== "aws:ssm/parameter:Parameter") return targets[type];
  if (inputs.type === "SecureString") return undefined;
  return { type: "AWS::SSM::Parameter", convert: created({}, (resource) => ({ tags: tagsOf(resource).map })) };
};

/** CloudFormation resources of a plan, and the planned ones that none of them covers. */
export function templateOf(all: readonly Planned[]): {
  readonly resources: readonly TemplateResource[];
  readonly unmapped: readonly Planned[];
} {
  const resources: TemplateResource[] = [];
  const unmapped: Planned[] = [];
  for (const resource of all) {
    const target = targetOf(resource);
    if (target !== undefined) {
      const { type, convert } = target;
      resources.push({ resource: `${resource.type} ${resource.name}`, type, properties: convert(resource, all) });
    } else if (!isPart(resource)) unmapped.push(resource);
  }
  return { resources, unmapped };
}
