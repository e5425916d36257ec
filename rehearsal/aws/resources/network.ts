/** VPC, subnets, security groups, and the private DNS zone. */
import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type RRType,
  type VPCRegion,
} from "@aws-sdk/client-route-53";
import type * as aws from "@pulumi/aws";
import { type ResourceHandler, resourceHandler, tagList } from "./resourceHandler";

export const networkHandlers: Readonly<Record<string, ResourceHandler>> = {
  "aws:ec2/vpc:Vpc": resourceHandler<aws.ec2.VpcArgs>(async (inputs, { ec2 }) => {
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({ CidrBlock: inputs.cidrBlock, TagSpecifications: tagged("vpc", inputs.tags) }),
    );
    return { id: Vpc?.VpcId };
  }),

  "aws:ec2/subnet:Subnet": resourceHandler<aws.ec2.SubnetArgs>(async (inputs, { ec2 }) => {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId: inputs.vpcId,
        CidrBlock: inputs.cidrBlock,
        AvailabilityZone: inputs.availabilityZone,
        TagSpecifications: tagged("subnet", inputs.tags),
      }),
    );
    return { id: Subnet?.SubnetId, arn: Subnet?.SubnetArn };
  }),

  "aws:ec2/securityGroup:SecurityGroup": resourceHandler<aws.ec2.SecurityGroupArgs>(
    async (inputs, { ec2 }, { name }) => {
      const { GroupId } = await ec2.send(
        new CreateSecurityGroupCommand({
          GroupName: name,
          Description: inputs.description ?? name,
          VpcId: inputs.vpcId,
          TagSpecifications: tagged("security-group", inputs.tags),
        }),
      );
      return { id: GroupId };
    },
  ),

  "aws:route53/zone:Zone": resourceHandler<aws.route53.ZoneArgs>(async (inputs, { route53 }, { name, region }) => {
    const vpc = inputs.vpcs?.[0];
    const { HostedZone } = await route53.send(
      new CreateHostedZoneCommand({
        Name: name,
        CallerReference: name,
        HostedZoneConfig: { PrivateZone: vpc !== undefined, Comment: inputs.comment },
        VPC: vpc && { VPCId: vpc.vpcId, VPCRegion: region as VPCRegion },
      }),
    );
    const id = HostedZone?.Id?.replace("/hostedzone/", "");
    return { id, zoneId: id };
  }),

  "aws:route53/record:Record": resourceHandler<aws.route53.RecordArgs>(async (inputs, { route53 }, { name }) => {
    const alias = inputs.aliases?.[0];
    const target = alias && {
      DNSName: alias.name,
      HostedZoneId: alias.zoneId,
      EvaluateTargetHealth: alias.evaluateTargetHealth,
    };
    const ResourceRecordSet = {
      Name: name,
      Type: inputs.type as RRType,
      AliasTarget: target,
      TTL: alias === undefined ? inputs.ttl : undefined,
      ResourceRecords: alias === undefined ? inputs.records?.map((Value) => ({ Value })) : undefined,
    };
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: inputs.zoneId,
        ChangeBatch: { Changes: [{ Action: "UPSERT", ResourceRecordSet }] },
      }),
    );
  }),
};

/** Tags of a new EC2 resource. */
export function tagged(type: ResourceType, tags: Record<string, string> | undefined) {
  return tags === undefined ? undefined : [{ ResourceType: type, Tags: tagList(tags) }];
}
