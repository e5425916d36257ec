import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/awsAccount";
import { resourceTags } from "../aws/tags.plan";
import { hasRoute53Endpoint, regionalServices } from "./interfaceEndpoints.plan";

export interface InterfaceEndpointsArgs {
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnet by zone name: an endpoint has an address in each. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  readonly securityGroupId: pulumi.Input<string>;
}

/** Services whose endpoint names have a prefix in China (aws-cdk-lib 2.276, `VPC_ENDPOINT_SERVICE_EXCEPTIONS`). */
const prefixedInChina: readonly string[] = ["autoscaling", "ec2", "ecr.api", "ecr.dkr", "monitoring", "sqs", "sts"];

/** Interface endpoints of AWS APIs in the VPC, so that machines need no internet access. */
export class InterfaceEndpoints extends pulumi.ComponentResource {
  constructor(name: string, args: InterfaceEndpointsArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:InterfaceEndpoints", name, {}, options);
    const { cluster, awsAccount } = args;
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
      const prefix = awsAccount.partition === "aws-cn" && prefixedInChina.includes(service) ? "cn." : "";
      endpoint(service, { serviceName: `${prefix}com.amazonaws.${awsAccount.region}.${service}` });
    }
    if (hasRoute53Endpoint(awsAccount.region)) {
      endpoint("route53", {
        serviceName: "com.amazonaws.route53",
        serviceRegion: awsAccount.region === "us-east-1" ? undefined : "us-east-1",
      });
    }
    this.registerOutputs({});
  }
}
