import { call, single } from "./call";
import type { Inputs, Mappings } from "./call";

const pairs = (values: Inputs): readonly { key: string; value: string }[] =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value: String(value) }));

export const elbCalls: Mappings = {
  "aws:lb/listener:Listener": single("elbv2", "CreateListener"),
  "aws:lb/loadBalancer:LoadBalancer": (
    {
      enableCrossZoneLoadBalancing,
      enableDeletionProtection,
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic,
      internal,
      loadBalancerType,
      securityGroups,
      ...inputs
    },
    context,
  ) => {
    const { arn } = context.outputs;
    const scheme = internal === true ? "internal" : "internet-facing";
    return [
      ...single("elbv2", "CreateLoadBalancer")({ ...inputs, scheme, securityGroups, type: loadBalancerType }, context),
      call("elbv2", "ModifyLoadBalancerAttributes", {
        loadBalancerArn: arn,
        attributes: pairs({
          "deletion_protection.enabled": enableDeletionProtection,
          "load_balancing.cross_zone.enabled": enableCrossZoneLoadBalancing,
        }),
      }),
      call("elbv2", "SetSecurityGroups", {
        loadBalancerArn: arn,
        securityGroups,
        enforceSecurityGroupInboundRulesOnPrivateLinkTraffic,
      }),
    ];
  },
  "aws:lb/targetGroup:TargetGroup": (
    { connectionTermination, deregistrationDelay, preserveClientIp, targetHealthStates, healthCheck, ...inputs },
    context,
  ) => {
    const { enabled, interval, matcher, path, port, protocol, timeout, healthyThreshold, unhealthyThreshold, ...rest } =
      healthCheck as Inputs;
    const [state] = (targetHealthStates ?? []) as readonly Inputs[];
    return [
      ...single("elbv2", "CreateTargetGroup")(
        {
          ...inputs,
          ...rest,
          healthCheckEnabled: enabled,
          healthCheckIntervalSeconds: interval,
          healthCheckPath: path,
          healthCheckPort: port,
          healthCheckProtocol: protocol,
          healthCheckTimeoutSeconds: timeout,
          healthyThresholdCount: healthyThreshold,
          unhealthyThresholdCount: unhealthyThreshold,
          ...(matcher !== undefined && { matcher: { httpCode: matcher } }),
        },
        context,
      ),
      call("elbv2", "ModifyTargetGroupAttributes", {
        targetGroupArn: context.outputs.arn,
        attributes: pairs({
          "deregistration_delay.timeout_seconds": deregistrationDelay,
          "deregistration_delay.connection_termination.enabled": connectionTermination,
          "preserve_client_ip.enabled": preserveClientIp,
          "target_health_state.unhealthy.connection_termination.enabled": state?.enableUnhealthyConnectionTermination,
        }),
      }),
    ];
  },
};
