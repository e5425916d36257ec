import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import { resourceTags } from "../aws/tags.plan";
import type { ByZone } from "../network/zones.plan";
import { apiName, apiPort } from "./address.plan";
import { healthCheck } from "./healthCheck.plan";

export interface ApiEndpointArgs {
  readonly cluster: string;
  /** Private DNS zone of the cluster. */
  readonly domain: string;
  readonly hostedZoneId: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  readonly privateSubnetIds: ByZone<pulumi.Input<string>>;
  readonly securityGroupId: pulumi.Input<string>;
  /** Internet-facing load balancer. Default: none. */
  readonly public?: {
    /** DNS name. */
    readonly name: string;
    /** Public Route 53 zone of the name. */
    readonly hostedZoneId: pulumi.Input<string>;
    readonly subnetIds: ByZone<pulumi.Input<string>>;
    readonly securityGroupId: pulumi.Input<string>;
  };
  /** Deletion protection, in Pulumi and in AWS. */
  readonly protect: boolean;
}

/** Network load balancer with its target group, listener and DNS record. */
interface LoadBalancerArgs {
  readonly name: string;
  readonly internal: boolean;
  readonly subnetIds: ByZone<pulumi.Input<string>>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly record: { readonly name: string; readonly zoneId: pulumi.Input<string> };
}

/** Network load balancers of the Kubernetes API: one inside the VPC, and an internet-facing one on request. */
export class ApiEndpoint extends pulumi.ComponentResource {
  /** Target groups of both load balancers, for the control plane's instances. */
  readonly targetGroupArns: readonly pulumi.Output<string>[];

  constructor(name: string, args: ApiEndpointArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ApiEndpoint", name, {}, options);
    const internal = this.createLoadBalancer(name, args, {
      name: `${args.cluster}-api`,
      internal: true,
      subnetIds: args.privateSubnetIds,
      securityGroupId: args.securityGroupId,
      record: { name: apiName(args.domain), zoneId: args.hostedZoneId },
    });
    const external =
      args.public &&
      this.createLoadBalancer(`${name}-public`, args, {
        name: `${args.cluster}-api-public`,
        internal: false,
        subnetIds: args.public.subnetIds,
        securityGroupId: args.public.securityGroupId,
        record: { name: args.public.name, zoneId: args.public.hostedZoneId },
      });
    this.targetGroupArns = [internal, ...(external ? [external] : [])].map(({ arn }) => arn);
    this.registerOutputs({ targetGroupArns: this.targetGroupArns });
  }

  private createLoadBalancer(
    name: string,
    { cluster, vpcId, protect }: ApiEndpointArgs,
    args: LoadBalancerArgs,
  ): lb.TargetGroup {
    const tags = resourceTags(cluster, args.name);
    const balancer = new lb.LoadBalancer(
      name,
      {
        name: args.name,
        loadBalancerType: "network",
        internal: args.internal,
        subnets: Object.values(args.subnetIds),
        securityGroups: [args.securityGroupId],
        enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "on",
        // A zone without a healthy API server still answers.
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: protect,
        ipAddressType: "ipv4",
        tags,
      },
      { parent: this, protect },
    );
    const targetGroup = new lb.TargetGroup(
      name,
      {
        name: args.name,
        vpcId,
        targetType: "instance",
        protocol: "TCP",
        port: apiPort,
        // With client addresses preserved, a member that connects to itself through the load balancer drops the packets.
        preserveClientIp: "false",
        // Seconds in which a deregistered API server may finish requests.
        deregistrationDelay: 30,
        // A terminating member drains its pods before its API server closes connections, which may take longer than the delay:
        // termination of connections would break requests in flight.
        connectionTermination: false,
        // Clients of an unhealthy API server get a reset instead of a silent connection.
        targetHealthStates: [{ enableUnhealthyConnectionTermination: true }],
        healthCheck,
        tags,
      },
      { parent: this },
    );
    new lb.Listener(
      name,
      {
        loadBalancerArn: balancer.arn,
        protocol: "TCP",
        port: apiPort,
        defaultActions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
        tags,
      },
      { parent: this },
    );
    new route53.Record(
      name,
      {
        zoneId: args.record.zoneId,
        name: args.record.name,
        type: "A",
        // The name must resolve while no API server is healthy: the first members need it to boot.
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: false }],
      },
      { parent: this },
    );
    return targetGroup;
  }
}
