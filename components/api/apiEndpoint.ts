import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import { resourceTags } from "../aws/tags.plan";
import { apiName, apiPort, healthCheck } from "./address.plan";

type SubnetIds = Readonly<Record<string, pulumi.Input<string>>>;

export interface ApiEndpointArgs {
  readonly cluster: string;
  /** Private DNS zone of the cluster. */
  readonly domain: string;
  readonly hostedZoneId: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** By zone name. */
  readonly privateSubnetIds: SubnetIds;
  readonly securityGroupId: pulumi.Input<string>;
  /** The internet-facing address beside it; absent: none. */
  readonly public?: {
    readonly name: string;
    /** Public Route 53 zone of the name. */
    readonly hostedZoneId: pulumi.Input<string>;
    /** By zone name. */
    readonly subnetIds: SubnetIds;
    readonly securityGroupId: pulumi.Input<string>;
  };
  /** Load balancers are not deleted, neither by the stack nor by hand, until this is off. */
  readonly protect: boolean;
}

/** Seconds in which a machine that leaves may finish what it answers. */
const deregistrationDelay = 30;

/** One load balancer and what it needs. */
interface Address {
  readonly name: string;
  readonly internal: boolean;
  readonly subnetIds: SubnetIds;
  readonly securityGroupId: pulumi.Input<string>;
  readonly record: { readonly name: string; readonly zoneId: pulumi.Input<string> };
}

/** The Kubernetes API under one name: a network load balancer that passes TLS through to healthy API servers. */
export class ApiEndpoint extends pulumi.ComponentResource {
  /** Name inside the VPC, `api.<domain>`; the only one in kubeconfigs. */
  readonly apiName: string;
  readonly port: number;
  /** The control plane's machines register in each. */
  readonly targetGroupArns: readonly pulumi.Output<string>[];
  /** AWS' own name of the internal load balancer. */
  readonly loadBalancerDnsName: pulumi.Output<string>;

  constructor(name: string, args: ApiEndpointArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ApiEndpoint", name, {}, options);
    this.apiName = apiName(args.domain);
    this.port = apiPort;

    const internal = this.address(name, args, {
      name: `${args.cluster}-api`,
      internal: true,
      subnetIds: args.privateSubnetIds,
      securityGroupId: args.securityGroupId,
      record: { name: this.apiName, zoneId: args.hostedZoneId },
    });
    const facing =
      args.public &&
      this.address(`${name}-public`, args, {
        name: `${args.cluster}-api-public`,
        internal: false,
        subnetIds: args.public.subnetIds,
        securityGroupId: args.public.securityGroupId,
        record: { name: args.public.name, zoneId: args.public.hostedZoneId },
      });

    this.targetGroupArns = [internal, ...(facing === undefined ? [] : [facing])].map(
      ({ targetGroup }) => targetGroup.arn,
    );
    this.loadBalancerDnsName = internal.balancer.dnsName;
    this.registerOutputs({
      apiName: this.apiName,
      targetGroupArns: this.targetGroupArns,
      loadBalancerDnsName: this.loadBalancerDnsName,
    });
  }

  private address(name: string, { cluster, vpcId, protect }: ApiEndpointArgs, address: Address) {
    const tags = resourceTags(cluster, address.name);
    const balancer = new lb.LoadBalancer(
      name,
      {
        name: address.name,
        loadBalancerType: "network",
        internal: address.internal,
        subnets: Object.values(address.subnetIds),
        securityGroups: [address.securityGroupId],
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
        name: address.name,
        vpcId,
        targetType: "instance",
        protocol: "TCP",
        port: apiPort,
        // With the client's address kept, a member that reaches itself through the balancer would drop its own packets.
        preserveClientIp: "false",
        deregistrationDelay,
        // A machine that leaves drains its pods first and then has its API server send clients away in order, which may take
        // longer than the delay: cutting their connections at its end would cost requests that are being answered.
        connectionTermination: false,
        // Clients of a dead API server are told at once instead of waiting on a silent connection.
        targetHealthStates: [{ enableUnhealthyConnectionTermination: true }],
        healthCheck: { enabled: true, ...healthCheck },
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
        zoneId: address.record.zoneId,
        name: address.record.name,
        type: "A",
        // The name must resolve while no API server is healthy: the first ones wait for nothing else.
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: false }],
      },
      { parent: this },
    );
    return { balancer, targetGroup };
  }
}
