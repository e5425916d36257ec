import type {
  DefaultSecurityGroupArgs,
  FlowLogArgs,
  InternetGatewayArgs,
  SubnetArgs,
  TagArgs,
  VpcArgs,
} from "@pulumi/aws/ec2";

import { canonicalCidr, overlaps, parseCidr } from "./cidr";
import { hexadecimal, resourceId } from "../core/identifiers";
import { checkOneOf } from "../core/checks";
import { refer, referBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { show } from "../core/text";

/** The range that is asked for. It is refused where it is none, and where it does not begin as a range of its size does. */
function askedRange({ refuse }: Pick<Request<unknown>, "refuse">, cidrBlock: unknown): ReturnType<typeof parseCidr> {
  const range = parseCidr(cidrBlock);
  if (range !== undefined && canonicalCidr(range) === cidrBlock) return range;
  refuse(
    "cidrBlock",
    "InvalidParameterValue",
    `Value (${show(cidrBlock)}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
  );
  return undefined;
}

const vpc = resourceType<VpcArgs>({
  token: "aws:ec2/vpc:Vpc",
  replaceOn: ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
  guardedBy: "DependencyViolation",
  check(request) {
    const { inputs, refuse } = request;
    const range = askedRange(request, inputs.cidrBlock);
    if (range !== undefined && (range.subnetMask < 16 || range.subnetMask > 28)) {
      refuse("cidrBlock", "InvalidVpc.Range", `The CIDR '${inputs.cidrBlock}' is invalid.`);
    }
    if (inputs.enableDnsHostnames === true && inputs.enableDnsSupport === false) {
      refuse(
        "enableDnsHostnames",
        "InvalidParameterCombination",
        "DNS hostnames cannot be enabled while DNS support is disabled.",
      );
    }
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
  guardedBy: "DependencyViolation",
  check(request) {
    const { inputs, world, refuse } = request;
    const owner = refer(request, "vpcId", inputs.vpcId, "vpc");
    const zone = inputs.availabilityZone;
    if (zone !== undefined && !world.zones.includes(zone)) {
      refuse(
        "availabilityZone",
        "InvalidParameterValue",
        `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${world.zones.join(", ")}.`,
      );
    }
    checkTags(request, inputs.tags);
    const range = askedRange(request, inputs.cidrBlock);
    if (range === undefined) return;
    const whole = parseCidr(owner?.outputs.cidrBlock);
    if (range.subnetMask < 16 || range.subnetMask > 28 || (whole !== undefined && !range.isInSubnet(whole))) {
      refuse("cidrBlock", "InvalidSubnet.Range", `The CIDR '${inputs.cidrBlock}' is invalid.`);
    }
    for (const other of owner === undefined ? [] : world.where("aws:ec2/subnet:Subnet", "vpcId", owner.id)) {
      const taken = parseCidr(other.outputs.cidrBlock);
      if (taken !== undefined && overlaps(taken, range)) {
        refuse(
          "cidrBlock",
          "InvalidSubnet.Conflict",
          `The CIDR '${inputs.cidrBlock}' conflicts with another subnet: ${other.id}`,
        );
      }
    }
  },
  create: ({ inputs, seed, world }) => {
    const zone = inputs.availabilityZone ?? world.zones[0] ?? "";
    return {
      id: resourceId("subnet", seed),
      outputs: {
        arn: world.arn("ec2", `subnet/${resourceId("subnet", seed)}`),
        assignIpv6AddressOnCreation: inputs.assignIpv6AddressOnCreation ?? false,
        availabilityZone: zone,
        availabilityZoneId: `az${show(world.zones.indexOf(zone) + 1)}`,
        mapPublicIpOnLaunch: inputs.mapPublicIpOnLaunch ?? false,
        ownerId: world.account,
      },
    };
  },
});

const internetGateway = resourceType<InternetGatewayArgs>({
  token: "aws:ec2/internetGateway:InternetGateway",
  replaceOn: [],
  guardedBy: "DependencyViolation",
  check(request) {
    const { inputs, world, refuse } = request;
    checkTags(request, inputs.tags);
    const owner = refer(request, "vpcId", inputs.vpcId, "vpc");
    const attached = owner && world.find("aws:ec2/internetGateway:InternetGateway", "vpcId", owner.id);
    if (attached) {
      refuse(
        "vpcId",
        "Resource.AlreadyAssociated",
        `VPC ${show(inputs.vpcId)} already has internet gateway ${attached.id} attached`,
      );
    }
  },
  create: ({ seed, world }) => ({
    id: resourceId("igw", seed),
    outputs: { arn: world.arn("ec2", `internet-gateway/${resourceId("igw", seed)}`), ownerId: world.account },
  }),
});

/** Adopts the group that every VPC is born with. */
const defaultSecurityGroup = resourceType<DefaultSecurityGroupArgs>({
  token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  replaceOn: ["vpcId"],
  check(request) {
    refer(request, "vpcId", request.inputs.vpcId, "vpc");
    checkTags(request, request.inputs.tags);
  },
  create: ({ inputs, seed, world }) => {
    const owner = world.find("aws:ec2/vpc:Vpc", "id", inputs.vpcId);
    const id = show(owner?.outputs.defaultSecurityGroupId ?? resourceId("sg", seed));
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
    const { inputs, refuse } = request;
    checkTags(request, inputs.tags);
    refer(request, "vpcId", inputs.vpcId, "vpc");
    refer(request, "subnetId", inputs.subnetId, "subnet");
    checkOneOf(request, "trafficType", inputs.trafficType, ["ACCEPT", "REJECT", "ALL"], "InvalidParameter");
    checkOneOf(request, "maxAggregationInterval", inputs.maxAggregationInterval, [60, 600], "InvalidParameter");
    const destination = inputs.logDestinationType ?? "cloud-watch-logs";
    checkOneOf(
      request,
      "logDestinationType",
      destination,
      ["cloud-watch-logs", "s3", "kinesis-data-firehose"],
      "InvalidParameter",
    );
    if (destination === "cloud-watch-logs") {
      if (inputs.iamRoleArn === undefined) {
        refuse(
          "iamRoleArn",
          "InvalidParameter",
          "DeliverLogsPermissionArn can't be empty for log destination type cloud-watch-logs",
        );
      }
      referBy(request, "logDestination", inputs.logDestination, {
        type: "aws:cloudwatch/logGroup:LogGroup",
        by: "arn",
        code: "InvalidParameter",
        message: `LogDestination ${show(inputs.logDestination)} does not exist`,
      });
    }
    referBy(request, "iamRoleArn", inputs.iamRoleArn, {
      type: "aws:iam/role:Role",
      by: "arn",
      code: "InvalidParameter",
      message: `Role ${show(inputs.iamRoleArn)} does not exist`,
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

/** One tag on a thing that somebody else owns. */
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
    const { inputs, world, refuse } = request;
    checkTags(request, { [inputs.key]: inputs.value }, "key");
    const known = [...ec2Types].some((type) => world.find(type, "id", inputs.resourceId) !== undefined);
    if (!known) refuse("resourceId", "InvalidID", `The ID '${inputs.resourceId}' is not valid`);
  },
  create: ({ inputs }) => ({ id: `${inputs.resourceId},${inputs.key}`, outputs: {} }),
});

/** What EC2 lets be tagged by id. */
const ec2Types = [
  "aws:ec2/vpc:Vpc",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/routeTable:RouteTable",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ebs/volume:Volume",
] as const;

/** The VPC itself, and what belongs to it as a whole. */
export const vpcTypes = [vpc, subnet, internetGateway, defaultSecurityGroup, flowLog, tag];

/** Identifier of AWS' list of addresses of a service: the same for everybody in a region. */
export const prefixListId = (region: string, service: string): string => `pl-${hexadecimal(`${region} ${service}`, 8)}`;
