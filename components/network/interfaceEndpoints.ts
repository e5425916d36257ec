import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/account";
import { resourceTags } from "../aws/tags.plan";

export interface InterfaceEndpointsArgs {
  readonly cluster: string;
  readonly account: AwsAccount;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnet id by zone name: an endpoint gets an address in each. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Security group that lets the cluster's machines in. */
  readonly securityGroupId: pulumi.Input<string>;
}

/** What machines, Session Manager and kubelet's credential provider call; S3 has a gateway endpoint of its own. */
const regionalServices = [
  "autoscaling",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "elasticloadbalancing",
  "kms",
  "logs",
  "monitoring",
  "ssm",
  "ssmmessages",
  "sts",
];

/** Private addresses of the AWS APIs in the VPC, so that machines need no way to the internet. */
export class InterfaceEndpoints extends pulumi.ComponentResource {
  constructor(name: string, args: InterfaceEndpointsArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:InterfaceEndpoints", name, {}, options);
    const { cluster, account } = args;
    const endpoint = (service: string, address: { serviceName: string; serviceRegion?: string }) =>
      new ec2.VpcEndpoint(
        `${name}-${service.replace(".", "-")}`,
        {
          vpcId: args.vpcId,
          vpcEndpointType: "Interface",
          ...address,
          privateDnsEnabled: true,
          subnetIds: Object.values(args.subnetIds),
          securityGroupIds: [args.securityGroupId],
          tags: resourceTags(cluster, `${cluster}-${service}`),
        },
        { parent: this },
      );

    for (const service of regionalServices) {
      endpoint(service, { serviceName: `com.amazonaws.${account.region}.${service}` });
    }
    // Members write their DNS records. Route 53 is global: its endpoint service exists once, in us-east-1, and only in this partition.
    if (account.partition === "aws") {
      endpoint("route53", {
        serviceName: "com.amazonaws.route53",
        ...(account.region === "us-east-1" ? {} : { serviceRegion: "us-east-1" }),
      });
    }
    this.registerOutputs({});
  }
}
