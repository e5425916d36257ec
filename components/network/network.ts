import * as ec2 from "@pulumi/aws/ec2";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/account";
import type { NetworkSpec, VpcSpec } from "./settings";
import { kubernetesClusterTag, resourceTags } from "../aws/tags.plan";
import { FlowLogs } from "./flowLogs";
import { createVpc, mapZones } from "./vpc";
import type { ByZone, Vpc } from "./vpc";

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
    super("holdfast:index:Network", name, {}, options);
    const { cluster, spec } = args;

    const vpc =
      spec.vpc.source === "create"
        ? createVpc(
            name,
            { cluster, region: args.account.region, cidr: spec.vpc.cidr, zones: spec.zones, nat: spec.nat },
            this,
          )
        : this.useVpc(name, cluster, spec.vpc);
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
