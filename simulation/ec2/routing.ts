import type { EipArgs, NatGatewayArgs, RouteArgs, RouteTableArgs, RouteTableAssociationArgs } from "@pulumi/aws/ec2";

import { canonicalCidr, parseCidr } from "./cidr";
import { publicAddress, resourceId } from "../core/identifiers";
import { refer, sameVpc } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { show } from "../core/text";

const elasticIp = resourceType<EipArgs>({
  token: "aws:ec2/eip:Eip",
  replaceOn: ["domain", "address", "networkBorderGroup", "publicIpv4Pool"],
  guardedBy: "InvalidIPAddress.InUse",
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

const natGateway = resourceType<NatGatewayArgs>({
  token: "aws:ec2/natGateway:NatGateway",
  replaceOn: ["allocationId", "connectivityType", "privateIp", "subnetId"],
  guardedBy: "DependencyViolation",
  check(request) {
    const { inputs, world, refuse } = request;
    checkTags(request, inputs.tags);
    const subnet = refer(request, "subnetId", inputs.subnetId, "subnet");
    if (inputs.connectivityType === "private") return;
    if (inputs.allocationId === undefined) {
      refuse(
        "allocationId",
        "MissingParameter",
        "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
      );
    }
    const address = refer(request, "allocationId", inputs.allocationId, "elasticIp");
    const user = address && world.find("aws:ec2/natGateway:NatGateway", "allocationId", address.id);
    if (user) {
      refuse(
        "allocationId",
        "Resource.AlreadyAssociated",
        `Elastic IP address [${show(inputs.allocationId)}] is already associated with ${user.id}`,
      );
    }
    const vpcId = subnet?.outputs.vpcId;
    if (vpcId !== undefined && world.find("aws:ec2/internetGateway:InternetGateway", "vpcId", vpcId) === undefined) {
      refuse("subnetId", "Gateway.NotAttached", `Network ${show(vpcId)} has no Internet gateway attached`);
    }
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
  guardedBy: "DependencyViolation",
  check(request) {
    refer(request, "vpcId", request.inputs.vpcId, "vpc");
    checkTags(request, request.inputs.tags);
  },
  create: ({ seed, world }) => ({
    id: resourceId("rtb", seed),
    outputs: { arn: world.arn("ec2", `route-table/${resourceId("rtb", seed)}`), ownerId: world.account },
  }),
});

const targets = [
  "gatewayId",
  "natGatewayId",
  "networkInterfaceId",
  "transitGatewayId",
  "vpcEndpointId",
  "vpcPeeringConnectionId",
  "egressOnlyGatewayId",
  "carrierGatewayId",
  "coreNetworkArn",
  "localGatewayId",
] as const;

function checkTarget(request: Request<RouteArgs>, vpcId: unknown): void {
  const { inputs, refuse } = request;
  const given = targets.filter((target) => inputs[target] !== undefined);
  if (given.length !== 1) {
    refuse(
      "gatewayId",
      "InvalidParameterCombination",
      `A route has exactly one target; found ${given.join(", ") || "none"}`,
    );
  }
  const gateway =
    inputs.gatewayId === "local" ? undefined : refer(request, "gatewayId", inputs.gatewayId, "internetGateway");
  sameVpc(request, "gatewayId", gateway, vpcId);
  sameVpc(request, "natGatewayId", refer(request, "natGatewayId", inputs.natGatewayId, "natGateway"), vpcId);
}

const route = resourceType<RouteArgs>({
  token: "aws:ec2/route:Route",
  replaceOn: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
  check(request) {
    const { inputs, world, refuse } = request;
    const table = refer(request, "routeTableId", inputs.routeTableId, "routeTable");
    checkTarget(request, table?.outputs.vpcId);
    const text = inputs.destinationCidrBlock;
    if (text === undefined) return;
    const destination = parseCidr(text);
    if (destination === undefined || canonicalCidr(destination) !== text) {
      refuse(
        "destinationCidrBlock",
        "InvalidParameterValue",
        `Value (${text}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
      );
      return;
    }
    if (table === undefined) return;
    const vpc = world.find("aws:ec2/vpc:Vpc", "id", table.outputs.vpcId);
    const others = world.where("aws:ec2/route:Route", "routeTableId", table.id);
    if (vpc?.outputs.cidrBlock === text || others.some((other) => other.outputs.destinationCidrBlock === text)) {
      refuse("destinationCidrBlock", "RouteAlreadyExists", `The route identified by ${text} already exists.`);
    }
  },
  create: ({ inputs, seed }) => ({
    id: resourceId("r", `${inputs.routeTableId} ${show(inputs.destinationCidrBlock)} ${seed}`).replace("r-0", "r-rtb-"),
    outputs: { origin: "CreateRoute", state: "active" },
  }),
});

const association = resourceType<RouteTableAssociationArgs>({
  token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  replaceOn: ["subnetId", "gatewayId"],
  check(request) {
    const { inputs, world, refuse } = request;
    const table = refer(request, "routeTableId", inputs.routeTableId, "routeTable");
    if ((inputs.subnetId === undefined) === (inputs.gatewayId === undefined)) {
      refuse("subnetId", "InvalidParameterCombination", "Exactly one of a subnet and a gateway is associated");
    }
    const subnet = refer(request, "subnetId", inputs.subnetId, "subnet");
    sameVpc(request, "subnetId", subnet, table?.outputs.vpcId);
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

/** How packets leave a subnet. */
export const routingTypes = [elasticIp, natGateway, routeTable, route, association];
