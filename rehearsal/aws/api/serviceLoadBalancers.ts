/** Load balancers that the cloud controller creates for Services: AWS's behavior that moto lacks. */
import { DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import {
  ConfigureHealthCheckCommand,
  DescribeLoadBalancersCommand as DescribeClassicCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import { DescribeLoadBalancersCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsCall } from "./awsCall";
import type { AwsClients } from "../awsClients";

/** Both load balancing APIs have the same signing name and differ in their version. */
export const isClassic = (form: URLSearchParams): boolean => form.get("Version") === "2012-06-01";

/** Rewrites moto's answer to a call as AWS would answer it; undefined: unchanged. */
export function responseRewriter({ service, action, form }: AwsCall): ((body: string) => string) | undefined {
  const hasNames = action === "CreateLoadBalancer" || action === "DescribeLoadBalancers";
  return service === "elasticloadbalancing" && hasNames && !isClassic(form) ? withNetworkNames : undefined;
}

/**
 * AWS names application load balancers `<name>.<region>.elb.amazonaws.com`, network load balancers
 * `<name>.elb.<region>.amazonaws.com`. moto only knows the former; the cloud controller distinguishes them by it.
 */
function withNetworkNames(xml: string): string {
  const ofNetwork = /<DNSName>([^<.]+)\.([^<.]+)\.elb\.((?:(?!<DNSName>)[^])*?<Type>network<\/Type>)/g;
  return xml.replace(ofNetwork, "<DNSName>$1.elb.$2.$3");
}

/** Default health check of a classic load balancer (its API reference, `HealthCheck`). */
const defaultHealthCheck = { Interval: 30, Timeout: 5, HealthyThreshold: 10, UnhealthyThreshold: 2 } as const;

export class ServiceLoadBalancers {
  constructor(private readonly aws: Pick<AwsClients, "classicLoadBalancing" | "ec2" | "loadBalancing">) {}

  /** Adds the default health check to classic load balancers without one: the cloud controller relies on it. */
  async addDefaultHealthChecks(): Promise<void> {
    const { classicLoadBalancing } = this.aws;
    const { LoadBalancerDescriptions = [] } = await classicLoadBalancing.send(new DescribeClassicCommand({}));
    for (const { LoadBalancerName, HealthCheck, ListenerDescriptions } of LoadBalancerDescriptions) {
      const port = ListenerDescriptions?.[0]?.Listener?.InstancePort;
      if (HealthCheck?.Target !== undefined || port === undefined) continue;
      const check = { ...defaultHealthCheck, Target: `TCP:${port}` };
      await classicLoadBalancing.send(new ConfigureHealthCheckCommand({ LoadBalancerName, HealthCheck: check }));
    }
  }

  /** True if a load balancer is in the security group, or another group's rule refers to it. */
  async useGroup(groupId: string): Promise<boolean> {
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
