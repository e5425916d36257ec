import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";

import type { NetworkSpec } from "./settings";
import { ownedTags, resourceTags } from "../aws/tags.plan";
import { planSubnets } from "./subnets.plan";
import type { ZoneSubnets } from "./subnets.plan";

export type ByZone<T> = Readonly<Record<string, T>>;

/** Ids of what machines are put into, by zone name. */
export interface Vpc {
  readonly id: pulumi.Output<string>;
  readonly privateSubnetIds: ByZone<pulumi.Output<string>>;
  readonly publicSubnetIds: ByZone<pulumi.Output<string>>;
  /** AWS' ranges of S3 in this region, where a gateway endpoint leads there. */
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

/** What the resources of one VPC have in common. */
interface Context {
  readonly name: string;
  readonly args: VpcArgs;
  readonly vpcId: pulumi.Output<string>;
  readonly subnets: ByZone<ZoneSubnets>;
  readonly parent: pulumi.Resource;
}

interface PublicSide {
  readonly gateway: ec2.InternetGateway;
  /** The way to the internet. */
  readonly route: ec2.Route;
  readonly subnets: ByZone<ec2.Subnet>;
}

/** A VPC with a public and a private subnet in each zone, its ways to the internet and to S3, and its default group closed. */
export function createVpc(name: string, args: VpcArgs, parent: pulumi.Resource): Vpc {
  const { cluster, cidr } = args;
  const vpc = new ec2.Vpc(
    `${name}-vpc`,
    { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: ownedTags(cluster, cluster) },
    { parent },
  );
  const context: Context = { name, args, vpcId: vpc.id, subnets: planSubnets(cidr, args.zones), parent };

  closeDefaultGroup(context);
  const publicSide = makePublicSubnets(context);
  const nats = makeNatGateways(context, publicSide);
  const tables = makePrivateTables(context, nats);
  const privateSubnets = makePrivateSubnets(context, tables);
  const s3 = leadToS3(context, tables);

  return {
    id: vpc.id,
    privateSubnetIds: mapZones(privateSubnets, (_, subnet) => subnet.id),
    publicSubnetIds: mapZones(publicSide.subnets, (_, subnet) => subnet.id),
    s3PrefixListId: s3.prefixListId,
  };
}

/** Adopting the default group without a rule closes it: what is put into it by mistake reaches nothing. */
function closeDefaultGroup({ name, args, vpcId, parent }: Context): void {
  new ec2.DefaultSecurityGroup(
    `${name}-default-group`,
    { vpcId, ingress: [], egress: [], tags: tagsOf(args, "default-closed") },
    { parent },
  );
}

function makePublicSubnets(context: Context): PublicSide {
  const { name, args, vpcId, parent } = context;
  const gateway = new ec2.InternetGateway(`${name}-internet`, { vpcId, tags: tagsOf(args, "internet") }, { parent });
  const table = new ec2.RouteTable(`${name}-public`, { vpcId, tags: tagsOf(args, "public") }, { parent });
  const route = new ec2.Route(
    `${name}-public-internet`,
    { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
    { parent },
  );
  const subnets = mapZones(context.subnets, (zone, ranges) =>
    makeSubnet(context, { kind: "public", zone, range: ranges.public, role: "elb", table }),
  );
  return { gateway, route, subnets };
}

/** By zone; empty without NAT. */
function makeNatGateways(
  { name, args, parent }: Context,
  { gateway, route, subnets }: PublicSide,
): ByZone<ec2.NatGateway> {
  const zones = { perZone: args.zones, single: args.zones.slice(0, 1), none: [] }[args.nat];
  return Object.fromEntries(
    zones.map((zone) => {
      const tags = tagsOf(args, `nat-${zone}`);
      const address = new ec2.Eip(`${name}-nat-${zone}`, { domain: "vpc", tags }, { parent, dependsOn: [gateway] });
      const nat = new ec2.NatGateway(
        `${name}-nat-${zone}`,
        { allocationId: address.id, subnetId: at(subnets, zone).id, tags },
        // A NAT gateway that comes before the way to the internet fails.
        { parent, dependsOn: [route] },
      );
      return [zone, nat];
    }),
  );
}

/** A table for each zone, so that traffic stays in its zone; with a single NAT gateway all lead to that. */
function makePrivateTables(
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

function makePrivateSubnets(context: Context, tables: ByZone<ec2.RouteTable>): ByZone<ec2.Subnet> {
  return mapZones(context.subnets, (zone, ranges) =>
    makeSubnet(context, {
      kind: "private",
      zone,
      range: ranges.private,
      role: "internal-elb",
      table: at(tables, zone),
    }),
  );
}

function makeSubnet(
  { name, args, vpcId, parent }: Context,
  subnet: {
    readonly kind: "private" | "public";
    readonly zone: string;
    readonly range: string;
    /** What the cloud controller may put here: internal or internet-facing load balancers. */
    readonly role: "internal-elb" | "elb";
    readonly table: ec2.RouteTable;
  },
): ec2.Subnet {
  const { kind, zone, range, role, table } = subnet;
  const made = new ec2.Subnet(
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
  new ec2.RouteTableAssociation(`${name}-${kind}-${zone}`, { subnetId: made.id, routeTableId: table.id }, { parent });
  return made;
}

/** Software, images and backups come and go past the NAT gateways, and cost nothing on the way. */
function leadToS3({ name, args, vpcId, parent }: Context, tables: ByZone<ec2.RouteTable>): ec2.VpcEndpoint {
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

function tagsOf({ cluster }: VpcArgs, what: string) {
  return resourceTags(cluster, `${cluster}-${what}`);
}

/** The same for each zone. */
export function mapZones<T, U>(byZone: ByZone<T>, make: (zone: string, value: T) => U): ByZone<U> {
  return Object.fromEntries(Object.entries(byZone).map(([zone, value]) => [zone, make(zone, value)]));
}

function at<T>(byZone: ByZone<T>, zone: string): T {
  const value = byZone[zone];
  if (value === undefined) throw new Error(`nothing was made for zone ${zone}`);
  return value;
}
