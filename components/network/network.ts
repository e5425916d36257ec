import * as ec2 from "@pulumi/aws/ec2";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../account/account";
import type { NetworkSpec, VpcSpec } from "../clusterSpec";
import { kubernetesClusterTag, ownedTags, resourceTags } from "../tags";
import { FlowLogs } from "./flowLogs";
import { planSubnets } from "./plan";

export interface NetworkArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly account: AwsAccount;
  /** Name of the private DNS zone. */
  readonly domain: string;
  readonly spec: NetworkSpec;
  /** Flow logs outlive the stack. */
  readonly protect: boolean;
}

type ByZone<T> = Readonly<Record<string, T>>;

/** Ids of what machines are put into, by zone name. */
interface Vpc {
  readonly id: pulumi.Output<string>;
  readonly privateSubnetIds: ByZone<pulumi.Output<string>>;
  readonly publicSubnetIds: ByZone<pulumi.Output<string>>;
  /** AWS' ranges of S3 in this region, where a gateway endpoint leads there. */
  readonly s3PrefixListId?: pulumi.Output<string>;
}

/** A VPC with one private and one public subnet in each zone, or one that exists; and the cluster's private DNS zone in it. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** IPv4 range of the VPC. */
  readonly cidr: string;
  /** By zone name; machines and the internal API address live here. */
  readonly privateSubnetIds: ByZone<pulumi.Output<string>>;
  /** By zone name; empty where an existing VPC has none. */
  readonly publicSubnetIds: ByZone<pulumi.Output<string>>;
  /** AWS' ranges of S3 in this region; absent in an existing VPC, whose endpoints are its owner's. */
  readonly s3PrefixListId: pulumi.Output<string> | undefined;
  /** Private Route 53 zone of the cluster's domain. */
  readonly hostedZoneId: pulumi.Output<string>;
  readonly hostedZoneArn: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:network:Network", name, {}, options);
    const { cluster, spec } = args;

    const vpc =
      spec.vpc.source === "create" ? this.createVpc(name, args, spec.vpc.cidr) : this.useVpc(name, cluster, spec.vpc);
    if (spec.flowLogs.enabled) {
      new FlowLogs(
        `${name}-flow-logs`,
        {
          cluster,
          account: args.account,
          vpcId: vpc.id,
          retentionDays: spec.flowLogs.retentionDays,
          protect: args.protect,
        },
        { parent: this },
      );
    }
    const hostedZone = new route53.Zone(
      `${name}-dns`,
      {
        name: args.domain,
        comment: `Private names of Kubernetes cluster ${cluster}`,
        vpcs: [{ vpcId: vpc.id, vpcRegion: args.account.region }],
        // Machines write their own records, which the stack does not know and which are worth nothing without them.
        forceDestroy: true,
        tags: resourceTags(cluster, args.domain),
      },
      { parent: this },
    );

    this.vpcId = vpc.id;
    this.cidr = spec.vpc.cidr;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.s3PrefixListId = vpc.s3PrefixListId;
    this.hostedZoneId = hostedZone.zoneId;
    this.hostedZoneArn = hostedZone.arn;
    this.registerOutputs({
      vpcId: this.vpcId,
      privateSubnetIds: this.privateSubnetIds,
      publicSubnetIds: this.publicSubnetIds,
      hostedZoneId: this.hostedZoneId,
    });
  }

  private createVpc(name: string, { cluster, account, spec }: NetworkArgs, cidr: string): Vpc {
    const subnets = planSubnets(cidr, spec.zones);
    const tags = (what: string) => resourceTags(cluster, `${cluster}-${what}`);

    const vpc = new ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: ownedTags(cluster, cluster) },
      { parent: this },
    );
    // Adopting the default group without a rule closes it: what is put into it by mistake reaches nothing.
    new ec2.DefaultSecurityGroup(
      `${name}-default-group`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: tags("default-closed") },
      { parent: this },
    );
    const gateway = new ec2.InternetGateway(
      `${name}-internet`,
      { vpcId: vpc.id, tags: tags("internet") },
      { parent: this },
    );
    const publicTable = new ec2.RouteTable(`${name}-public`, { vpcId: vpc.id, tags: tags("public") }, { parent: this });
    const publicRoute = new ec2.Route(
      `${name}-public-internet`,
      { routeTableId: publicTable.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      { parent: this },
    );

    const subnet = (kind: "private" | "public", zone: string, range: string, role: string) =>
      new ec2.Subnet(
        `${name}-${kind}-${zone}`,
        {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock: range,
          mapPublicIpOnLaunch: false,
          tags: { ...ownedTags(cluster, `${cluster}-${kind}-${zone}`), [`kubernetes.io/role/${role}`]: "1" },
        },
        { parent: this },
      );
    const publicSubnets = mapZones(subnets, (zone, ranges) => {
      const made = subnet("public", zone, ranges.public, "elb");
      new ec2.RouteTableAssociation(
        `${name}-public-${zone}`,
        { subnetId: made.id, routeTableId: publicTable.id },
        { parent: this },
      );
      return made;
    });

    const natZones = { perZone: spec.zones, single: spec.zones.slice(0, 1), none: [] }[spec.nat];
    const nats = new Map(
      natZones.map((zone) => {
        const address = new ec2.Eip(
          `${name}-nat-${zone}`,
          { domain: "vpc", tags: tags(`nat-${zone}`) },
          { parent: this, dependsOn: [gateway] },
        );
        const nat = new ec2.NatGateway(
          `${name}-nat-${zone}`,
          { allocationId: address.id, subnetId: at(publicSubnets, zone).id, tags: tags(`nat-${zone}`) },
          // A NAT gateway that comes before the way to the internet fails.
          { parent: this, dependsOn: [publicRoute] },
        );
        return [zone, nat] as const;
      }),
    );

    const privateTables = mapZones(subnets, (zone) => {
      const table = new ec2.RouteTable(
        `${name}-private-${zone}`,
        { vpcId: vpc.id, tags: tags(`private-${zone}`) },
        { parent: this },
      );
      const nat = nats.get(zone) ?? [...nats.values()][0];
      if (nat !== undefined) {
        new ec2.Route(
          `${name}-private-${zone}-nat`,
          { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
          { parent: this },
        );
      }
      return table;
    });
    const privateSubnets = mapZones(subnets, (zone, ranges) => {
      const made = subnet("private", zone, ranges.private, "internal-elb");
      new ec2.RouteTableAssociation(
        `${name}-private-${zone}`,
        { subnetId: made.id, routeTableId: at(privateTables, zone).id },
        { parent: this },
      );
      return made;
    });

    const s3 = new ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${account.region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: Object.values(privateTables).map((table) => table.id),
        tags: tags("s3"),
      },
      { parent: this },
    );

    return {
      id: vpc.id,
      privateSubnetIds: mapZones(privateSubnets, (_, made) => made.id),
      publicSubnetIds: mapZones(publicSubnets, (_, made) => made.id),
      s3PrefixListId: s3.prefixListId,
    };
  }

  private useVpc(name: string, cluster: string, vpc: Extract<VpcSpec, { source: "existing" }>): Vpc {
    const share = (kind: string) => (zone: string, subnetId: string) => {
      // Only this key: the role tags of a subnet are its owner's, and other clusters may share it.
      new ec2.Tag(
        `${name}-${kind}-${zone}-shared`,
        { resourceId: subnetId, key: kubernetesClusterTag(cluster), value: "shared" },
        { parent: this },
      );
      return pulumi.output(subnetId);
    };
    return {
      id: pulumi.output(vpc.id),
      privateSubnetIds: mapZones(vpc.privateSubnets, share("private")),
      publicSubnetIds: mapZones(vpc.publicSubnets, share("public")),
    };
  }
}

function mapZones<T, U>(byZone: ByZone<T>, make: (zone: string, value: T) => U): ByZone<U> {
  return Object.fromEntries(Object.entries(byZone).map(([zone, value]) => [zone, make(zone, value)]));
}

function at<T>(byZone: ByZone<T>, zone: string): T {
  const value = byZone[zone];
  if (value === undefined) throw new Error(`nothing was made for zone ${zone}`);
  return value;
}
