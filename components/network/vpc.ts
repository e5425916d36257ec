import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";

import type { NetworkSpec } from "./settings";
import { ownedTags, resourceTags } from "../aws/tags.plan";
import { planSubnets } from "./subnets.plan";
import type { ZoneSubnets } from "./subnets.plan";
import { inZone, mapZones } from "./zones.plan";
import type { ByZone } from "./zones.plan";

/** VPC and its subnet ids by zone name. */
export interface Vpc {
  readonly id: pulumi.Output<string>;
  readonly privateSubnetIds: ByZone<pulumi.Output<string>>;
  readonly publicSubnetIds: ByZone<pulumi.Output<string>>;
  /** Prefix list of S3; absent without a gateway endpoint. */
  readonly s3PrefixListId?: pulumi.Output<string>;
}

export interface VpcArgs {
  readonly cluster: string;
  readonly region: string;
  /** IPv4 range, /16 to /24. */
  readonly cidr: string;
  /** Full zone names; a single NAT gateway is in the first. */
  readonly zones: readonly string[];
  readonly nat: NetworkSpec["nat"];
}

/** Arguments that all functions below share. */
interface Context {
  readonly name: string;
  readonly args: VpcArgs;
  readonly vpcId: pulumi.Output<string>;
  readonly subnets: ByZone<ZoneSubnets>;
  readonly parent: pulumi.Resource;
}

interface PublicNetwork {
  readonly gateway: ec2.InternetGateway;
  /** Route to the internet gateway. */
  readonly route: ec2.Route;
  readonly subnets: ByZone<ec2.Subnet>;
}

/** VPC with a public and a private subnet per zone, NAT gateways, an S3 endpoint, and a closed default security group. */
export function createVpc(name: string, args: VpcArgs, parent: pulumi.Resource): Vpc {
  const { cluster, cidr } = args;
  const vpc = new ec2.Vpc(
    `${name}-vpc`,
    { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: ownedTags(cluster, cluster) },
    { parent },
  );
  const context: Context = { name, args, vpcId: vpc.id, subnets: planSubnets(cidr, args.zones), parent };

  closeDefaultSecurityGroup(context);
  const publicNetwork = createPublicNetwork(context);
  const nats = createNatGateways(context, publicNetwork);
  const tables = createPrivateRouteTables(context, nats);
  const privateSubnets = mapZones(context.subnets, (zone, ranges) =>
    createSubnet(context, {
      kind: "private",
      zone,
      range: ranges.private,
      role: "internal-elb",
      table: inZone(tables, zone),
    }),
  );
  const s3 = createS3Endpoint(context, tables);

  return {
    id: vpc.id,
    privateSubnetIds: mapZones(privateSubnets, (_, subnet) => subnet.id),
    publicSubnetIds: mapZones(publicNetwork.subnets, (_, subnet) => subnet.id),
    s3PrefixListId: s3.prefixListId,
  };
}

/** Pulumi adopts the default group and removes its rules, so that resources in it by mistake reach nothing. */
function closeDefaultSecurityGroup({ name, args, vpcId, parent }: Context): void {
  new ec2.DefaultSecurityGroup(
    `${name}-default-group`,
    { vpcId, ingress: [], egress: [], tags: tagsOf(args, "default-closed") },
    { parent },
  );
}

function createPublicNetwork(context: Context): PublicNetwork {
  const { name, args, vpcId, parent } = context;
  const gateway = new ec2.InternetGateway(`${name}-internet`, { vpcId, tags: tagsOf(args, "internet") }, { parent });
  const table = new ec2.RouteTable(`${name}-public`, { vpcId, tags: tagsOf(args, "public") }, { parent });
  const route = new ec2.Route(
    `${name}-public-internet`,
    { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
    { parent },
  );
  const subnets = mapZones(context.subnets, (zone, ranges) =>
    createSubnet(context, { kind: "public", zone, range: ranges.public, role: "elb", table }),
  );
  return { gateway, route, subnets };
}

/** NAT gateways by zone: all zones, the first zone, or none. */
function createNatGateways(
  { name, args, parent }: Context,
  { gateway, route, subnets }: PublicNetwork,
): ByZone<ec2.NatGateway> {
  const zones = { perZone: args.zones, single: args.zones.slice(0, 1), none: [] }[args.nat];
  return Object.fromEntries(
    zones.map((zone) => {
      const tags = tagsOf(args, `nat-${zone}`);
      const address = new ec2.Eip(`${name}-nat-${zone}`, { domain: "vpc", tags }, { parent, dependsOn: [gateway] });
      const nat = new ec2.NatGateway(
        `${name}-nat-${zone}`,
        { allocationId: address.id, subnetId: inZone(subnets, zone).id, tags },
        // Creation of a NAT gateway fails without a route to the internet gateway.
        { parent, dependsOn: [route] },
      );
      return [zone, nat];
    }),
  );
}

/** Route table per zone, so that traffic stays in its zone, or reaches the single NAT gateway. */
function createPrivateRouteTables(
  { name, args, vpcId, subnets, parent }: Context,
  nats: ByZone<ec2.NatGateway>,
): ByZone<ec2.RouteTable> {
  return mapZones(subnets, (zone) => {
    const table = new ec2.RouteTable(
      `${name}-private-${zone}`,
      { vpcId, tags: tagsOf(args, `private-${zone}`) },
      { parent },
    );
    const nat = nats[zone] ?? Object.values(nats)[0];
    if (nat !== undefined) {
      new ec2.Route(
        `${name}-private-${zone}-nat`,
        { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
        { parent },
      );
    }
    return table;
  });
}

function createSubnet(
  { name, args, vpcId, parent }: Context,
  subnet: {
    readonly kind: "private" | "public";
    readonly zone: string;
    readonly range: string;
    /** Kind of load balancers that the cloud controller places here. */
    readonly role: "internal-elb" | "elb";
    readonly table: ec2.RouteTable;
  },
): ec2.Subnet {
  const { kind, zone, range, role, table } = subnet;
  const created = new ec2.Subnet(
    `${name}-${kind}-${zone}`,
    {
      vpcId,
      availabilityZone: zone,
      cidrBlock: range,
      mapPublicIpOnLaunch: false,
      tags: { ...ownedTags(args.cluster, `${args.cluster}-${kind}-${zone}`), [`kubernetes.io/role/${role}`]: "1" },
    },
    { parent },
  );
  new ec2.RouteTableAssociation(
    `${name}-${kind}-${zone}`,
    { subnetId: created.id, routeTableId: table.id },
    { parent },
  );
  return created;
}

/** Gateway endpoint: traffic with S3 bypasses the NAT gateways, and is free. */
function createS3Endpoint({ name, args, vpcId, parent }: Context, tables: ByZone<ec2.RouteTable>): ec2.VpcEndpoint {
  return new ec2.VpcEndpoint(
    `${name}-s3`,
    {
      vpcId,
      serviceName: `com.amazonaws.${args.region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: Object.values(tables).map((table) => table.id),
      tags: tagsOf(args, "s3"),
    },
    { parent },
  );
}

function tagsOf({ cluster }: VpcArgs, suffix: string) {
  return resourceTags(cluster, `${cluster}-${suffix}`);
}
