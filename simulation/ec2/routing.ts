import type { EipArgs, NatGatewayArgs, RouteArgs, RouteTableArgs, RouteTableAssociationArgs } from "@pulumi/aws/ec2";

import { publicAddress, resourceId } from "../core/identifiers";
import { requireSameVpc, resolveReference } from "../core/references";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";

const elasticIp = resourceType<EipArgs>({
  token: "aws:ec2/eip:Eip",
  replaceOn: ["domain", "address", "networkBorderGroup", "publicIpv4Pool"],
  inUseCode: "InvalidIPAddress.InUse",
  check: (request) => {
    checkTags(request, request.inputs.tags);
  },
  create: ({ seed, world }) => {
    const id = resourceId("eipalloc", seed);
    return {
      id,
      outputs: {
        allocationId: id,
        arn: world.arn("ec2", `elastic-ip/${id}`),
        domain: "vpc",
        publicIp: publicAddress(seed),
        networkBorderGroup: world.region,
      },
    };
  },
});

const natGuide = `${guides.vpc}/userguide/vpc-nat-gateway.html`;

const natGatewayRules: readonly Rule<NatGatewayArgs>[] = [
  {
    id: "nat-address-once",
    sentence: "An elastic IP address belongs to one NAT gateway.",
    source: natGuide,
    code: "Resource.AlreadyAssociated",
    check({ inputs: { allocationId }, world }, violated) {
      const user = world.find("aws:ec2/natGateway:NatGateway", "allocationId", allocationId);
      if (user === undefined) return;
      violated("allocationId", `Elastic IP address [${toText(allocationId)}] is already associated with ${user.id}`);
    },
  },
  {
    id: "nat-needs-internet-gateway",
    sentence: "The VPC of a public NAT gateway has an internet gateway.",
    source: natGuide,
    code: "Gateway.NotAttached",
    check({ inputs, world }, violated) {
      const vpcId = world.find("aws:ec2/subnet:Subnet", "id", inputs.subnetId)?.outputs.vpcId;
      if (vpcId === undefined || world.find("aws:ec2/internetGateway:InternetGateway", "vpcId", vpcId)) return;
      violated("subnetId", `Network ${toText(vpcId)} has no Internet gateway attached`);
    },
  },
];

const natGateway = resourceType<NatGatewayArgs>({
  token: "aws:ec2/natGateway:NatGateway",
  replaceOn: ["allocationId", "connectivityType", "privateIp", "subnetId"],
  rules: natGatewayRules,
  inUseCode: "DependencyViolation",
  check(request) {
    const { inputs } = request;
    checkTags(request, inputs.tags);
    resolveReference(request, "subnetId", inputs.subnetId, "subnet");
    resolveReference(request, "allocationId", inputs.allocationId, "elasticIp");
  },
  create: ({ inputs, seed, world }) => {
    const address = world.find("aws:ec2/eip:Eip", "id", inputs.allocationId);
    const subnet = world.find("aws:ec2/subnet:Subnet", "id", inputs.subnetId);
    return {
      id: resourceId("nat", seed),
      outputs: {
        arn: world.arn("ec2", `natgateway/${resourceId("nat", seed)}`),
        connectivityType: inputs.connectivityType ?? "public",
        networkInterfaceId: resourceId("eni", seed),
        publicIp: address?.outputs.publicIp,
        vpcId: subnet?.outputs.vpcId,
      },
    };
  },
});

const routeTable = resourceType<RouteTableArgs>({
  token: "aws:ec2/routeTable:RouteTable",
  replaceOn: ["vpcId"],
  inUseCode: "DependencyViolation",
  check(request) {
    resolveReference(request, "vpcId", request.inputs.vpcId, "vpc");
    checkTags(request, request.inputs.tags);
  },
  create: ({ seed, world }) => ({
    id: resourceId("rtb", seed),
    outputs: { arn: world.arn("ec2", `route-table/${resourceId("rtb", seed)}`), ownerId: world.account },
  }),
});

const route = resourceType<RouteArgs>({
  token: "aws:ec2/route:Route",
  replaceOn: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
  check(request) {
    const { inputs, world, refuse } = request;
    const table = resolveReference(request, "routeTableId", inputs.routeTableId, "routeTable");
    const vpcId = table?.outputs.vpcId;
    const gateway = resolveReference(request, "gatewayId", inputs.gatewayId, "internetGateway");
    requireSameVpc(request, "gatewayId", gateway, vpcId);
    const nat = resolveReference(request, "natGatewayId", inputs.natGatewayId, "natGateway");
    requireSameVpc(request, "natGatewayId", nat, vpcId);
    const destination = inputs.destinationCidrBlock;
    const others = table === undefined ? [] : world.where("aws:ec2/route:Route", "routeTableId", table.id);
    if (others.some((other) => other.outputs.destinationCidrBlock === destination)) {
      const message = `The route identified by ${toText(destination)} already exists.`;
      refuse("destinationCidrBlock", "RouteAlreadyExists", message);
    }
  },
  create: ({ inputs, seed }) => ({
    id: resourceId("r", `${inputs.routeTableId} ${toText(inputs.destinationCidrBlock)} ${seed}`).replace(
      "r-0",
      "r-rtb-",
    ),
    outputs: { origin: "CreateRoute", state: "active" },
  }),
});

const association = resourceType<RouteTableAssociationArgs>({
  token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  replaceOn: ["subnetId", "gatewayId"],
  check(request) {
    const { inputs, world, refuse } = request;
    const table = resolveReference(request, "routeTableId", inputs.routeTableId, "routeTable");
    const subnet = resolveReference(request, "subnetId", inputs.subnetId, "subnet");
    requireSameVpc(request, "subnetId", subnet, table?.outputs.vpcId);
    const other = subnet && world.find("aws:ec2/routeTableAssociation:RouteTableAssociation", "subnetId", subnet.id);
    if (other) {
      refuse(
        "subnetId",
        "Resource.AlreadyAssociated",
        `the specified association for route table ${inputs.routeTableId} conflicts with an existing association`,
      );
    }
  },
  create: ({ seed }) => ({ id: resourceId("rtbassoc", seed), outputs: {} }),
});

export const routingTypes = [elasticIp, natGateway, routeTable, route, association];
