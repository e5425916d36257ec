import * as ec2 from "@pulumi/aws/ec2";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/awsAccount";
import type { NetworkSpec, VpcSpec } from "./settings";
import { kubernetesClusterTag, resourceTags } from "../aws/tags.plan";
import { FlowLogs } from "./flowLogs";
import { createVpc } from "./vpc";
import type { Vpc } from "./vpc";
import { mapZones } from "./zones.plan";
import type { ByZone } from "./zones.plan";

export interface NetworkArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  /** Name of the private DNS zone. */
  readonly domain: string;
  readonly spec: NetworkSpec;
  /** Keeps flow logs when the stack is destroyed. */
  readonly protect: boolean;
}

/** VPC of the cluster, created or existing, its flow logs, and the cluster's private DNS zone in it. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** By zone name; for instances and the internal load balancer of the API. */
  readonly privateSubnetIds: ByZone<pulumi.Output<string>>;
  /** By zone name; may be empty in an existing VPC. */
  readonly publicSubnetIds: ByZone<pulumi.Output<string>>;
  /** Prefix list of S3; absent in an existing VPC, whose endpoints are managed elsewhere. */
  readonly s3PrefixListId: pulumi.Output<string> | undefined;
  /** Private Route 53 zone of the cluster's domain. */
  readonly hostedZoneId: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Network", name, {}, options);
    const { cluster, spec } = args;

    const vpc =
      spec.vpc.source === "create"
        ? createVpc(
            name,
            { cluster, region: args.awsAccount.region, cidr: spec.vpc.cidr, zones: spec.zones, nat: spec.nat },
            this,
          )
        : this.useExistingVpc(name, cluster, spec.vpc);
    if (spec.flowLogs.enabled) {
      new FlowLogs(
        `${name}-flow-logs`,
        {
          cluster,
          awsAccount: args.awsAccount,
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
        vpcs: [{ vpcId: vpc.id, vpcRegion: args.awsAccount.region }],
        // The provider leaves a record that changes while it deletes it; users may add records of their own.
        forceDestroy: true,
        tags: resourceTags(cluster, args.domain),
      },
      { parent: this },
    );

    this.vpcId = vpc.id;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.s3PrefixListId = vpc.s3PrefixListId;
    this.hostedZoneId = hostedZone.zoneId;
    this.registerOutputs({
      vpcId: this.vpcId,
      privateSubnetIds: this.privateSubnetIds,
      publicSubnetIds: this.publicSubnetIds,
      hostedZoneId: this.hostedZoneId,
    });
  }

  private useExistingVpc(name: string, cluster: string, vpc: Extract<VpcSpec, { source: "existing" }>): Vpc {
    const tagAsShared = (kind: string) => (zone: string, subnetId: string) => {
      // Only this key: the owner of the subnet manages its other tags, and other clusters may share it.
      new ec2.Tag(
        `${name}-${kind}-${zone}-shared`,
        { resourceId: subnetId, key: kubernetesClusterTag(cluster), value: "shared" },
        { parent: this },
      );
      return pulumi.output(subnetId);
    };
    return {
      id: pulumi.output(vpc.id),
      privateSubnetIds: mapZones(vpc.privateSubnets, tagAsShared("private")),
      publicSubnetIds: mapZones(vpc.publicSubnets, tagAsShared("public")),
    };
  }
}
