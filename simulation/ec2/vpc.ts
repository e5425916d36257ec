import type {
  DefaultSecurityGroupArgs,
  FlowLogArgs,
  InternetGatewayArgs,
  SubnetArgs,
  TagArgs,
  VpcArgs,
} from "@pulumi/aws/ec2";
import { resourceId } from "../core/identifiers";
import { resolveReference, resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Refuse } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { parseCidr } from "./cidr";
import { subnetRules, vpcRules } from "./rangeRules";

/** Refuses text that is no range. */
function checkCidrBlock(refuse: Refuse, cidrBlock: unknown): void {
  if (parseCidr(cidrBlock) !== undefined) return;
  refuse(
    "cidrBlock",
    "InvalidParameterValue",
    `Value (${toText(cidrBlock)}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
  );
}

const vpc = resourceType<VpcArgs>({
  token: "aws:ec2/vpc:Vpc",
  replaceOn: ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
  rules: vpcRules,
  inUseCode: "DependencyViolation",
  check(request) {
    const { inputs, refuse } = request;
    checkCidrBlock(refuse, inputs.cidrBlock);
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, seed, world }) => ({
    id: resourceId("vpc", seed),
    outputs: {
      arn: world.arn("ec2", `vpc/${resourceId("vpc", seed)}`),
      defaultNetworkAclId: resourceId("acl", seed),
      defaultRouteTableId: resourceId("rtb", `${seed} main`),
      defaultSecurityGroupId: resourceId("sg", `${seed} default`),
      dhcpOptionsId: resourceId("dopt", world.account),
      enableDnsHostnames: inputs.enableDnsHostnames ?? false,
      enableDnsSupport: inputs.enableDnsSupport ?? true,
      instanceTenancy: inputs.instanceTenancy ?? "default",
      mainRouteTableId: resourceId("rtb", `${seed} main`),
      ownerId: world.account,
    },
  }),
});

const subnet = resourceType<SubnetArgs>({
  token: "aws:ec2/subnet:Subnet",
  replaceOn: ["vpcId", "availabilityZone", "availabilityZoneId", "cidrBlock", "outpostArn"],
  rules: subnetRules,
  inUseCode: "DependencyViolation",
  check(request) {
    const { inputs, world, refuse } = request;
    resolveReference(request, "vpcId", inputs.vpcId, "vpc");
    const zone = inputs.availabilityZone;
    if (zone !== undefined && !world.zones.includes(zone)) {
      refuse(
        "availabilityZone",
        "InvalidParameterValue",
        `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${world.zones.join(", ")}.`,
      );
    }
    checkTags(request, inputs.tags);
    checkCidrBlock(refuse, inputs.cidrBlock);
  },
  create: ({ inputs, seed, world }) => {
    const zone = inputs.availabilityZone ?? world.zones[0] ?? "";
    return {
      id: resourceId("subnet", seed),
      outputs: {
        arn: world.arn("ec2", `subnet/${resourceId("subnet", seed)}`),
        assignIpv6AddressOnCreation: inputs.assignIpv6AddressOnCreation ?? false,
        availabilityZone: zone,
        availabilityZoneId: `az${world.zones.indexOf(zone) + 1}`,
        mapPublicIpOnLaunch: inputs.mapPublicIpOnLaunch ?? false,
        ownerId: world.account,
      },
    };
  },
});

const internetGateway = resourceType<InternetGatewayArgs>({
  token: "aws:ec2/internetGateway:InternetGateway",
  replaceOn: [],
  inUseCode: "DependencyViolation",
  check(request) {
    const { inputs, world, refuse } = request;
    checkTags(request, inputs.tags);
    const owner = resolveReference(request, "vpcId", inputs.vpcId, "vpc");
    const attached = owner && world.find("aws:ec2/internetGateway:InternetGateway", "vpcId", owner.id);
    if (attached) {
      const message = `VPC ${owner.id} already has internet gateway ${attached.id} attached`;
      refuse("vpcId", "Resource.AlreadyAssociated", message);
    }
  },
  create: ({ seed, world }) => ({
    id: resourceId("igw", seed),
    outputs: { arn: world.arn("ec2", `internet-gateway/${resourceId("igw", seed)}`), ownerId: world.account },
  }),
});

/** Default security group of a VPC, which EC2 creates with the VPC. */
const defaultSecurityGroup = resourceType<DefaultSecurityGroupArgs>({
  token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  replaceOn: ["vpcId"],
  check(request) {
    resolveReference(request, "vpcId", request.inputs.vpcId, "vpc");
    checkTags(request, request.inputs.tags);
  },
  create: ({ inputs, seed, world }) => {
    const owner = world.find("aws:ec2/vpc:Vpc", "id", inputs.vpcId);
    const id = toText(owner?.outputs.defaultSecurityGroupId ?? resourceId("sg", seed));
    return {
      id,
      outputs: {
        arn: world.arn("ec2", `security-group/${id}`),
        description: "default VPC security group",
        name: "default",
        ownerId: world.account,
      },
    };
  },
});

const flowLog = resourceType<FlowLogArgs>({
  token: "aws:ec2/flowLog:FlowLog",
  replaceOn: [
    "eniId",
    "iamRoleArn",
    "logDestination",
    "logDestinationType",
    "logFormat",
    "maxAggregationInterval",
    "subnetId",
    "trafficType",
    "vpcId",
  ],
  check(request) {
    const { inputs } = request;
    checkTags(request, inputs.tags);
    resolveReference(request, "vpcId", inputs.vpcId, "vpc");
    resolveReferenceBy(request, "logDestination", inputs.logDestination, {
      type: "aws:cloudwatch/logGroup:LogGroup",
      by: "arn",
      code: "InvalidParameter",
      message: `LogDestination ${toText(inputs.logDestination)} does not exist`,
    });
    resolveReferenceBy(request, "iamRoleArn", inputs.iamRoleArn, {
      type: "aws:iam/role:Role",
      by: "arn",
      code: "InvalidParameter",
      message: `Role ${toText(inputs.iamRoleArn)} does not exist`,
    });
  },
  create: ({ inputs, seed, world }) => ({
    id: resourceId("fl", seed),
    outputs: {
      arn: world.arn("ec2", `vpc-flow-log/${resourceId("fl", seed)}`),
      logDestinationType: inputs.logDestinationType ?? "cloud-watch-logs",
      maxAggregationInterval: inputs.maxAggregationInterval ?? 600,
    },
  }),
});

/** One tag on a resource that the stack does not own: a subnet of an existing VPC. */
const tag = resourceType<TagArgs>({
  token: "aws:ec2/tag:Tag",
  replaceOn: ["resourceId", "key"],
  unique: (inputs) => ({
    key: `${inputs.resourceId},${inputs.key}`,
    property: "key",
    code: "InvalidParameterValue",
    message: `${inputs.resourceId} already has the tag ${inputs.key}`,
  }),
  check(request) {
    const { inputs } = request;
    checkTags(request, { [inputs.key]: inputs.value }, "key");
    resolveReferenceBy(request, "resourceId", inputs.resourceId, {
      type: "aws:ec2/subnet:Subnet",
      by: "id",
      code: "InvalidID",
      message: `The ID '${inputs.resourceId}' is not valid`,
    });
  },
  create: ({ inputs }) => ({ id: `${inputs.resourceId},${inputs.key}`, outputs: {} }),
});

export const vpcTypes = [vpc, subnet, internetGateway, defaultSecurityGroup, flowLog, tag];
