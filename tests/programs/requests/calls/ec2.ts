import { call, ec2Single, optional, tagList } from "./call";
import type { Inputs, Mapping, Mappings } from "./call";

type Interface = Inputs & { readonly securityGroups?: unknown };

const securityGroupRule =
  (operation: string): Mapping =>
  (
    { securityGroupId, cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId, description, ...ports },
    context,
  ) => {
    const peer = (key: string, value: unknown) => (value === undefined ? undefined : [{ [key]: value, description }]);
    return [
      call("ec2", operation, {
        groupId: securityGroupId,
        ipPermissions: [
          {
            ...ports,
            ipRanges: peer("cidrIp", cidrIpv4),
            ipv6Ranges: peer("cidrIpv6", cidrIpv6),
            prefixListIds: peer("prefixListId", prefixListId),
            userIdGroupPairs: peer("groupId", referencedSecurityGroupId),
          },
        ],
        tagSpecifications: context.tags.of("security-group-rule"),
      }),
    ];
  };

const attribute = (vpcId: unknown, name: string, value: unknown) =>
  optional(value, () => call("ec2", "ModifyVpcAttribute", { vpcId, [name]: { value } }));

export const ec2Calls: Mappings = {
  "aws:ebs/volume:Volume": ec2Single("CreateVolume", "volume", { type: "volumeType" }),
  // AWS creates the group with the VPC; the provider removes its rules.
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ({ vpcId, ingress, egress, ...rest }, context) => {
    const groupId = context.outputs.id;
    const rules = (operation: string, ipPermissions: unknown) =>
      (ipPermissions as readonly unknown[]).length === 0 ? [] : [call("ec2", operation, { groupId, ipPermissions })];
    return [
      call("ec2", "DescribeSecurityGroups", { filters: [{ name: "vpc-id", values: [vpcId] }] }),
      call("ec2", "CreateTags", { ...rest, resources: [groupId], tags: context.tags.list }),
      ...rules("AuthorizeSecurityGroupIngress", ingress),
      ...rules("AuthorizeSecurityGroupEgress", egress),
    ];
  },
  "aws:ec2/eip:Eip": ec2Single("AllocateAddress", "elastic-ip"),
  "aws:ec2/flowLog:FlowLog": ({ vpcId, iamRoleArn, ...rest }, { tags }) => [
    call("ec2", "CreateFlowLogs", {
      ...rest,
      deliverLogsPermissionArn: iamRoleArn,
      resourceIds: [vpcId],
      resourceType: "VPC",
      tagSpecifications: tags.of("vpc-flow-log"),
    }),
  ],
  "aws:ec2/internetGateway:InternetGateway": ({ vpcId, ...rest }, { tags, outputs }) => [
    call("ec2", "CreateInternetGateway", { ...rest, tagSpecifications: tags.of("internet-gateway") }),
    call("ec2", "AttachInternetGateway", { internetGatewayId: outputs.id, vpcId }),
  ],
  "aws:ec2/launchTemplate:LaunchTemplate": (inputs, { tags, outputs }) => {
    const { name, description, updateDefaultVersion, networkInterfaces, tagSpecifications, ...data } = inputs;
    const interfaces = networkInterfaces as readonly Interface[] | undefined;
    const specifications = tagSpecifications as readonly Inputs[] | undefined;
    return [
      call("ec2", "CreateLaunchTemplate", {
        launchTemplateName: name,
        versionDescription: description,
        launchTemplateData: {
          ...data,
          networkInterfaces: interfaces?.map(({ securityGroups, ...rest }) => ({ ...rest, groups: securityGroups })),
          tagSpecifications: specifications?.map((each) => ({ ...each, tags: tagList(each.tags) })),
        },
        tagSpecifications: tags.of("launch-template"),
      }),
      ...(updateDefaultVersion === true
        ? [call("ec2", "ModifyLaunchTemplate", { launchTemplateId: outputs.id, defaultVersion: "1" })]
        : []),
    ];
  },
  "aws:ec2/natGateway:NatGateway": ec2Single("CreateNatGateway", "natgateway"),
  "aws:ec2/route:Route": ec2Single("CreateRoute", "route"),
  "aws:ec2/routeTable:RouteTable": ec2Single("CreateRouteTable", "route-table"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ec2Single("AssociateRouteTable", "none"),
  "aws:ec2/securityGroup:SecurityGroup": ec2Single("CreateSecurityGroup", "security-group", { name: "groupName" }),
  "aws:ec2/subnet:Subnet": ({ mapPublicIpOnLaunch, ...inputs }, context) => [
    ...ec2Single("CreateSubnet", "subnet")(inputs, context),
    call("ec2", "ModifySubnetAttribute", {
      subnetId: context.outputs.id,
      mapPublicIpOnLaunch: { value: mapPublicIpOnLaunch },
    }),
  ],
  "aws:ec2/vpc:Vpc": ({ enableDnsHostnames, enableDnsSupport, ...inputs }, context) => [
    ...ec2Single("CreateVpc", "vpc")(inputs, context),
    ...attribute(context.outputs.id, "enableDnsHostnames", enableDnsHostnames),
    ...attribute(context.outputs.id, "enableDnsSupport", enableDnsSupport),
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ({ policy, ...inputs }, context) =>
    ec2Single("CreateVpcEndpoint", "vpc-endpoint", { policy: "policyDocument" })({ ...inputs, policy }, context),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule("AuthorizeSecurityGroupEgress"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule("AuthorizeSecurityGroupIngress"),
};
