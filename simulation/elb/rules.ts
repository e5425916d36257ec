import type { ListenerArgs, LoadBalancerArgs, TargetGroupArgs } from "@pulumi/aws/lb";

import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";
import type { World } from "../core/world";

export const loadBalancerType = "aws:lb/loadBalancer:LoadBalancer";
export const targetGroupType = "aws:lb/targetGroup:TargetGroup";
export const listenerType = "aws:lb/listener:Listener";

const createLoadBalancer = `${guides.elbApi}/API_CreateLoadBalancer.html`;
const createTargetGroup = `${guides.elbApi}/API_CreateTargetGroup.html`;
const targetGroupAttributes = `${guides.elbNetwork}/edit-target-group-attributes.html`;

/** The settings do not describe the gateways of an existing VPC: it counts as having one. */
function hasInternetGateway(world: World, vpcId: unknown): boolean {
  const vpc = world.find("aws:ec2/vpc:Vpc", "id", vpcId);
  if (vpc?.outputs.existing === true) return true;
  return world.find("aws:ec2/internetGateway:InternetGateway", "vpcId", vpcId) !== undefined;
}

export const loadBalancerRules: readonly Rule<LoadBalancerArgs>[] = [
  {
    id: "load-balancer-name",
    sentence: "The name of a load balancer does not begin with `internal-`.",
    source: createLoadBalancer,
    code: "ValidationError",
    check({ inputs: { name } }, violated) {
      if (name?.startsWith("internal-") !== true) return;
      violated("name", "The load balancer name must not begin with 'internal-'");
    },
  },
  {
    id: "load-balancer-one-subnet-per-zone",
    sentence: "A load balancer has one subnet per zone.",
    source: createLoadBalancer,
    code: "InvalidConfigurationRequest",
    check({ inputs, world }, violated) {
      const zones = new Set<unknown>();
      (inputs.subnets ?? []).forEach((id, index) => {
        const zone = world.find("aws:ec2/subnet:Subnet", "id", id)?.outputs.availabilityZone;
        if (zone !== undefined && zones.has(zone)) {
          const message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone";
          violated(`subnets[${index}]`, message);
        }
        zones.add(zone);
      });
    },
  },
  {
    id: "load-balancer-internet-gateway",
    sentence: "The VPC of an internet-facing load balancer has an internet gateway.",
    source: createLoadBalancer,
    code: "InvalidSubnet",
    check({ inputs, world }, violated) {
      const vpcId = world.find("aws:ec2/subnet:Subnet", "id", inputs.subnets?.[0])?.outputs.vpcId;
      if (inputs.internal === true || vpcId === undefined || hasInternetGateway(world, vpcId)) return;
      violated("subnets", `VPC ${toText(vpcId)} has no internet gateway`);
    },
  },
];

const range = (
  id: string,
  property: "interval" | "timeout" | "healthyThreshold" | "unhealthyThreshold",
  [min, max]: readonly [number, number],
): Rule<TargetGroupArgs> => ({
  id,
  sentence: `\`healthCheck.${property}\` is ${min} to ${max}.`,
  source: createTargetGroup,
  code: "ValidationError",
  check({ inputs: { healthCheck } }, violated) {
    const value = healthCheck?.[property];
    if (value === undefined || (value >= min && value <= max)) return;
    violated(`healthCheck.${property}`, `${property} '${value}' must be in the range of ${min} and ${max}`);
  },
});

const ofHttp = (protocol: string | undefined): boolean => protocol === "HTTP" || protocol === "HTTPS";

export const targetGroupRules: readonly Rule<TargetGroupArgs>[] = [
  range("health-check-interval", "interval", [5, 300]),
  range("health-check-timeout", "timeout", [2, 120]),
  range("health-check-healthy-threshold", "healthyThreshold", [2, 10]),
  range("health-check-unhealthy-threshold", "unhealthyThreshold", [2, 10]),
  {
    id: "health-check-timeout-below-interval",
    sentence: "The timeout of a health check is shorter than its interval.",
    source: `${guides.elbNetwork}/target-group-health-checks.html`,
    code: "ValidationError",
    check({ inputs: { healthCheck } }, violated) {
      const { interval = 30, timeout } = healthCheck ?? {};
      if (timeout === undefined || timeout < interval) return;
      violated("healthCheck.timeout", "Health check interval must be greater than the timeout.");
    },
  },
  {
    id: "health-check-path-only-http",
    sentence: "A health check has a path and a matcher with the protocols HTTP and HTTPS only.",
    source: createTargetGroup,
    code: "InvalidConfigurationRequest",
    check({ inputs: { healthCheck } }, violated) {
      if (ofHttp(healthCheck?.protocol ?? "TCP")) return;
      for (const property of ["path", "matcher"] as const) {
        if (healthCheck?.[property] === undefined) continue;
        const message = `The health check ${property} is not supported with protocol ${healthCheck.protocol ?? "TCP"}`;
        violated(`healthCheck.${property}`, message);
      }
    },
  },
  {
    id: "health-check-protocol",
    sentence: "The protocol of a health check is TCP, HTTP or HTTPS.",
    source: createTargetGroup,
    code: "ValidationError",
    check({ inputs: { healthCheck } }, violated) {
      const protocol = healthCheck?.protocol ?? "TCP";
      if (protocol === "TCP" || ofHttp(protocol)) return;
      violated("healthCheck.protocol", `Health check protocol '${protocol}' must be one of TCP, HTTP, HTTPS`);
    },
  },
  {
    id: "target-group-client-ip",
    sentence: "Client IP preservation cannot be disabled for instances behind UDP or TCP_UDP.",
    source: targetGroupAttributes,
    code: "InvalidConfigurationRequest",
    check({ inputs: { preserveClientIp, protocol } }, violated) {
      if (String(preserveClientIp) !== "false" || (protocol !== "UDP" && protocol !== "TCP_UDP")) return;
      violated("preserveClientIp", `preserve_client_ip.enabled cannot be disabled for ${protocol} target groups`);
    },
  },
  {
    id: "target-group-deregistration-delay",
    sentence: "The deregistration delay of a target group is 0 to 3,600 seconds.",
    source: `${guides.elbApi}/API_TargetGroupAttribute.html`,
    code: "ValidationError",
    check({ inputs: { deregistrationDelay: delay } }, violated) {
      if (delay === undefined || (delay >= 0 && delay <= 3600)) return;
      violated("deregistrationDelay", `deregistration_delay.timeout_seconds '${delay}' must be from 0 to 3600`);
    },
  },
];

/** Protocols of target groups by protocol of a Network Load Balancer's listener. */
const targetProtocols: Readonly<Record<string, readonly string[]>> = {
  TCP: ["TCP", "TCP_UDP"],
  TLS: ["TCP", "TLS"],
  UDP: ["UDP", "TCP_UDP"],
  TCP_UDP: ["TCP_UDP"],
};

export const listenerRules: readonly Rule<ListenerArgs>[] = [
  {
    id: "listener-target-protocol",
    sentence: "A listener forwards to target groups of a matching protocol: TCP to TCP, TLS to TCP or TLS, UDP to UDP.",
    source: `${guides.elbNetwork}/load-balancer-listeners.html`,
    code: "InvalidConfigurationRequest",
    check({ inputs, world }, violated) {
      inputs.defaultActions.forEach(({ targetGroupArn }, index) => {
        const protocol = world.find(targetGroupType, "arn", targetGroupArn)?.outputs.protocol;
        const allowed = targetProtocols[inputs.protocol ?? ""];
        if (protocol === undefined || allowed === undefined || allowed.includes(toText(protocol))) return;
        const message = `Listener protocol '${toText(inputs.protocol)}' is not supported with a target group with protocol '${toText(protocol)}'`;
        violated(`defaultActions[${index}].targetGroupArn`, message);
      });
    },
  },
  {
    id: "listener-target-vpc",
    sentence: "Load balancer and target group belong to one VPC.",
    source: `${guides.elbNetwork}/load-balancer-target-groups.html`,
    code: "InvalidConfigurationRequest",
    check({ inputs, world }, violated) {
      const balancer = world.find(loadBalancerType, "arn", inputs.loadBalancerArn);
      inputs.defaultActions.forEach(({ targetGroupArn }, index) => {
        const target = world.find(targetGroupType, "arn", targetGroupArn);
        if (!target || !balancer || target.outputs.vpcId === balancer.outputs.vpcId) return;
        const message = `Target group ${target.id} and the load balancer belong to different VPCs`;
        violated(`defaultActions[${index}].targetGroupArn`, message);
      });
    },
  },
  {
    id: "target-group-one-load-balancer",
    sentence: "A target group belongs to one load balancer.",
    source: `${guides.elbNetwork}/load-balancer-limits.html`,
    code: "TargetGroupAssociationLimit",
    check({ inputs, world }, violated) {
      inputs.defaultActions.forEach(({ targetGroupArn }, index) => {
        const used = world
          .where(listenerType, "targetGroupArn", targetGroupArn)
          .some((other) => other.outputs.loadBalancerArn !== inputs.loadBalancerArn);
        if (!used) return;
        const message = `The following target groups cannot be associated with more than one load balancer: ${toText(targetGroupArn)}`;
        violated(`defaultActions[${index}].targetGroupArn`, message);
      });
    },
  },
];
