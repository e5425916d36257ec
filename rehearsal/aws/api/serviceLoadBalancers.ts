/** Load balancers that the cluster's cloud controller makes for Services: what AWS does about them, and moto does not. */
import { DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import {
  ConfigureHealthCheckCommand,
  DescribeLoadBalancersCommand as DescribeClassicCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import { DescribeLoadBalancersCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsCall } from "./awsCall";
import type { AwsClients } from "../awsClients";

/** Both kinds of load balancers share a name for signatures; their APIs differ in the version. */
export const isClassic = ({ form }: AwsCall): boolean => form.get("Version") === "2012-06-01";

/** How moto's answer to a call is worded as AWS does it; undefined: as it is. */
export function responseRewriter(call: AwsCall): ((body: string) => string) | undefined {
  const tells = call.action === "CreateLoadBalancer" || call.action === "DescribeLoadBalancers";
  return call.service === "elasticloadbalancing" && tells && !isClassic(call) ? withNetworkNames : undefined;
}

/**
 * AWS names application load balancers `<name>.<region>.elb.amazonaws.com` and network ones `<name>.elb.<region>.amazonaws.com`;
 * moto knows only the first. The cloud controller tells the kinds apart by it when a Service changes.
 */
function withNetworkNames(xml: string): string {
  const ofNetwork = /<DNSName>([^<.]+)\.([^<.]+)\.elb\.((?:(?!<DNSName>)[^])*?<Type>network<\/Type>)/g;
  return xml.replace(ofNetwork, "<DNSName>$1.elb.$2.$3");
}

/** What AWS checks a classic load balancer's machines by, until it is told otherwise (its API reference, `HealthCheck`). */
const firstHealthCheck = { Interval: 30, Timeout: 5, HealthyThreshold: 10, UnhealthyThreshold: 2 } as const;

export class ServiceBalancers {
  constructor(private readonly aws: Pick<AwsClients, "classicLoadBalancing" | "ec2" | "loadBalancing">) {}

  /** Every classic load balancer has a health check from the start, and the cloud controller takes it for granted. */
  async giveHealthChecks(): Promise<void> {
    const { classicLoadBalancing } = this.aws;
    const { LoadBalancerDescriptions = [] } = await classicLoadBalancing.send(new DescribeClassicCommand({}));
    for (const { LoadBalancerName, HealthCheck, ListenerDescriptions } of LoadBalancerDescriptions) {
      const port = ListenerDescriptions?.[0]?.Listener?.InstancePort;
      if (HealthCheck?.Target !== undefined || port === undefined) continue;
      const check = { ...firstHealthCheck, Target: `TCP:${port}` };
      await classicLoadBalancing.send(new ConfigureHealthCheckCommand({ LoadBalancerName, HealthCheck: check }));
    }
  }

  /** Whether a load balancer is in the security group, or a rule of another group lets its members in. */
  async needGroup(groupId: string): Promise<boolean> {
    const { classicLoadBalancing, ec2, loadBalancing } = this.aws;
    const inRules = [{ Name: "ip-permission.group-id", Values: [groupId] }];
    const [{ SecurityGroups = [] }, { LoadBalancers = [] }, { LoadBalancerDescriptions = [] }] = await Promise.all([
      ec2.send(new DescribeSecurityGroupsCommand({ Filters: inRules })),
      loadBalancing.send(new DescribeLoadBalancersCommand({})),
      classicLoadBalancing.send(new DescribeClassicCommand({})),
    ]);
    return (
      SecurityGroups.some(({ GroupId }) => GroupId !== groupId) ||
      [...LoadBalancers, ...LoadBalancerDescriptions].some((one) => one.SecurityGroups?.includes(groupId) === true)
    );
  }
}
