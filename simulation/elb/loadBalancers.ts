import type { ListenerArgs, LoadBalancerArgs, TargetGroupArgs } from "@pulumi/aws/lb";

import { hexadecimal } from "../core/identifiers";
import { checkOneOf, checkRange, checkText } from "../core/checks";
import { refer, referAll, referBy, sameVpc } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import type { World } from "../core/world";
import { show } from "../core/text";

const balancerType = "aws:lb/loadBalancer:LoadBalancer";
const targetGroupType = "aws:lb/targetGroup:TargetGroup";

/** Names of load balancers and target groups: at most 32 characters, no hyphen at either end. */
const nameRule = { longest: 32, pattern: /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/ };

const subnetsOf = (inputs: Request<LoadBalancerArgs>["inputs"]): readonly string[] =>
  inputs.subnets ?? (inputs.subnetMappings ?? []).map((mapping) => mapping.subnetId);

const vpcOf = (world: World, subnetId: unknown): unknown =>
  world.find("aws:ec2/subnet:Subnet", "id", subnetId)?.outputs.vpcId;

const loadBalancer = resourceType<LoadBalancerArgs>({
  token: balancerType,
  replaceOn: ["internal", "loadBalancerType", "name", "namePrefix", "customerOwnedIpv4Pool"],
  autoName: { property: "name", longest: 32 },
  unique: (inputs) => ({
    key: show(inputs.name),
    property: "name",
    code: "DuplicateLoadBalancerName",
    message: `A load balancer with the same name '${show(inputs.name)}' exists, but with different settings`,
  }),
  check(request) {
    const { inputs, world, refuse } = request;
    checkText(request, "name", inputs.name, nameRule);
    if (inputs.name?.startsWith("internal-"))
      refuse("name", "ValidationError", "The load balancer name must not begin with 'internal-'");
    checkOneOf(request, "loadBalancerType", inputs.loadBalancerType, ["application", "network", "gateway"]);
    checkOneOf(request, "ipAddressType", inputs.ipAddressType, ["ipv4", "dualstack", "dualstack-without-public-ipv4"]);
    checkTags(request, inputs.tags);
    const subnets = referAll(request, "subnets", subnetsOf(inputs), "subnet");
    if (subnetsOf(inputs).length === 0) refuse("subnets", "ValidationError", "At least one subnet must be specified");
    const [first] = subnets;
    subnets.forEach((subnet, index) => {
      sameVpc(request, `subnets[${show(index)}]`, subnet, first?.outputs.vpcId);
      if (subnets.findIndex((other) => other.outputs.availabilityZone === subnet.outputs.availabilityZone) !== index) {
        refuse(
          `subnets[${show(index)}]`,
          "InvalidConfigurationRequest",
          "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        );
      }
    });
    referAll(request, "securityGroups", inputs.securityGroups, "securityGroup").forEach((group, index) => {
      sameVpc(request, `securityGroups[${show(index)}]`, group, first?.outputs.vpcId);
    });
    if (inputs.internal !== true && first && !hasInternet(world, first.outputs.vpcId)) {
      refuse("subnets", "InvalidSubnet", `VPC ${show(first.outputs.vpcId)} has no internet gateway`);
    }
    referBy(request, "accessLogs.bucket", inputs.accessLogs?.bucket, {
      type: "aws:s3/bucket:Bucket",
      by: "id",
      code: "InvalidConfigurationRequest",
      message: `S3Bucket: ${show(inputs.accessLogs?.bucket)} does not exist`,
    });
  },
  create: ({ inputs, seed, world }) => {
    const name = show(inputs.name);
    const kind = inputs.loadBalancerType === "network" ? "net" : "app";
    const suffix = `${kind}/${name}/${hexadecimal(seed, 16)}`;
    const arn = world.arn("elasticloadbalancing", `loadbalancer/${suffix}`);
    const host = `${inputs.internal === true ? "internal-" : ""}${name}-${hexadecimal(seed, 16)}`;
    return {
      id: arn,
      outputs: {
        arn,
        arnSuffix: suffix,
        dnsName:
          kind === "net"
            ? `${name}-${hexadecimal(seed, 16)}.elb.${world.region}.${world.dnsSuffix}`
            : `${host}.${world.region}.elb.${world.dnsSuffix}`,
        internal: inputs.internal ?? false,
        ipAddressType: inputs.ipAddressType ?? "ipv4",
        loadBalancerType: inputs.loadBalancerType ?? "application",
        vpcId: vpcOf(world, subnetsOf(inputs)[0]),
        zoneId: `Z${hexadecimal(`${world.region} ${kind}`, 13).toUpperCase()}`,
      },
    };
  },
});

/** An existing VPC's gateway is its owner's: known to the world only as far as the settings tell. */
function hasInternet(world: World, vpcId: unknown): boolean {
  const vpc = world.find("aws:ec2/vpc:Vpc", "id", vpcId);
  if (vpc?.outputs.existing === true) return true;
  return world.find("aws:ec2/internetGateway:InternetGateway", "vpcId", vpcId) !== undefined;
}

/** What a network load balancer's health check takes (Elastic Load Balancing user guide for network load balancers). */
function checkHealth(request: Request<TargetGroupArgs>): void {
  const check = request.inputs.healthCheck;
  if (check === undefined) return;
  const path = (property: string): string => `healthCheck.${property}`;
  checkOneOf(request, path("protocol"), check.protocol, ["TCP", "HTTP", "HTTPS"]);
  checkRange(request, path("interval"), check.interval, [5, 300]);
  checkRange(request, path("timeout"), check.timeout, [2, 120]);
  checkRange(request, path("healthyThreshold"), check.healthyThreshold, [2, 10]);
  checkRange(request, path("unhealthyThreshold"), check.unhealthyThreshold, [2, 10]);
  if (check.port !== undefined && check.port !== "traffic-port")
    checkRange(request, path("port"), check.port, [1, 65_535]);
  if (check.timeout !== undefined && check.timeout >= (check.interval ?? 30)) {
    request.refuse(
      path("timeout"),
      "ValidationError",
      `Health check timeout '${show(check.timeout)}' must be smaller than the interval '${show(check.interval ?? 30)}'`,
    );
  }
  if (check.protocol === "TCP" || check.protocol === undefined) {
    for (const property of ["path", "matcher"] as const) {
      if (check[property] !== undefined) {
        request.refuse(
          path(property),
          "InvalidConfigurationRequest",
          `You cannot specify a health check ${property} for target groups with health check protocol TCP`,
        );
      }
    }
  } else {
    checkText(request, path("path"), check.path, { longest: 1024, pattern: /^\// });
    checkText(request, path("matcher"), check.matcher, { longest: 64, pattern: /^[2-5]\d\d([,-][2-5]\d\d)*$/ });
  }
}

const targetGroup = resourceType<TargetGroupArgs>({
  token: targetGroupType,
  replaceOn: ["name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType"],
  autoName: { property: "name", longest: 32 },
  guardedBy: "ResourceInUse",
  unique: (inputs) => ({
    key: show(inputs.name),
    property: "name",
    code: "DuplicateTargetGroupName",
    message: `A target group with the same name '${show(inputs.name)}' exists, but with different settings`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    checkText(request, "name", inputs.name, nameRule);
    checkRange(request, "port", inputs.port, [1, 65_535]);
    checkOneOf(request, "protocol", inputs.protocol, [
      "TCP",
      "TLS",
      "UDP",
      "TCP_UDP",
      "HTTP",
      "HTTPS",
      "GENEVE",
      "QUIC",
      "TCP_QUIC",
    ]);
    checkOneOf(request, "targetType", inputs.targetType, ["instance", "ip", "alb", "lambda"]);
    checkRange(request, "deregistrationDelay", inputs.deregistrationDelay, [0, 3600]);
    checkOneOf(request, "preserveClientIp", inputs.preserveClientIp, ["true", "false"]);
    if (inputs.preserveClientIp === "false" && ["UDP", "TCP_UDP"].includes(inputs.protocol ?? "")) {
      refuse(
        "preserveClientIp",
        "InvalidConfigurationRequest",
        `Client IP preservation can't be disabled for ${show(inputs.protocol)} target groups`,
      );
    }
    if (inputs.targetType !== "lambda") {
      for (const property of ["vpcId", "port", "protocol"] as const) {
        if (inputs[property] === undefined)
          refuse(property, "ValidationError", `A target group of instances needs ${property}`);
      }
    }
    refer(request, "vpcId", inputs.vpcId, "vpc");
    checkTags(request, inputs.tags);
    checkHealth(request);
  },
  create: ({ inputs, seed, world }) => {
    const suffix = `targetgroup/${show(inputs.name)}/${hexadecimal(seed, 16)}`;
    const arn = world.arn("elasticloadbalancing", suffix);
    return {
      id: arn,
      outputs: {
        arn,
        arnSuffix: suffix,
        deregistrationDelay: inputs.deregistrationDelay ?? 300,
        ipAddressType: inputs.ipAddressType ?? "ipv4",
        targetType: inputs.targetType ?? "instance",
      },
    };
  },
});

/** Protocols of target groups that a listener's protocol may forward to. */
const forwards: Readonly<Record<string, readonly string[]>> = {
  TCP: ["TCP", "TCP_UDP"],
  TLS: ["TCP", "TLS"],
  UDP: ["UDP", "TCP_UDP"],
  TCP_UDP: ["TCP_UDP"],
  HTTP: ["HTTP", "HTTPS"],
  HTTPS: ["HTTP", "HTTPS"],
};

const listener = resourceType<ListenerArgs>({
  token: "aws:lb/listener:Listener",
  replaceOn: ["loadBalancerArn"],
  unique: (inputs) => ({
    key: `${inputs.loadBalancerArn} ${show(inputs.port)}`,
    property: "port",
    code: "DuplicateListener",
    message: `A listener already exists on this port for this load balancer: ${show(inputs.port)}`,
  }),
  check(request) {
    const { inputs, world, refuse } = request;
    checkTags(request, inputs.tags);
    checkRange(request, "port", inputs.port, [1, 65_535]);
    const balancer = referBy(request, "loadBalancerArn", inputs.loadBalancerArn, {
      type: balancerType,
      by: "arn",
      code: "LoadBalancerNotFound",
      message: `One or more load balancers not found: ${inputs.loadBalancerArn}`,
    });
    const network = balancer?.outputs.loadBalancerType === "network";
    const protocol = inputs.protocol ?? (network ? "TCP" : "HTTP");
    if (balancer) {
      checkOneOf(request, "protocol", protocol, network ? ["TCP", "TLS", "UDP", "TCP_UDP"] : ["HTTP", "HTTPS"]);
    }
    if (["TLS", "HTTPS"].includes(protocol) && inputs.certificateArn === undefined) {
      refuse("certificateArn", "CertificateNotFound", `A certificate must be specified for ${protocol} listeners`);
    }
    if (inputs.defaultActions.length === 0)
      refuse("defaultActions", "ValidationError", "A listener needs a default action");
    inputs.defaultActions.forEach((action, index) => {
      const path = `defaultActions[${show(index)}]`;
      if (network) checkOneOf(request, `${path}.type`, action.type, ["forward"]);
      const target = referBy(request, `${path}.targetGroupArn`, action.targetGroupArn, {
        type: targetGroupType,
        by: "arn",
        code: "TargetGroupNotFound",
        message: `One or more target groups not found: ${show(action.targetGroupArn)}`,
      });
      if (!target || !balancer) return;
      if (!(forwards[protocol] ?? []).includes(show(target.outputs.protocol))) {
        refuse(
          `${path}.targetGroupArn`,
          "InvalidConfigurationRequest",
          `Listener protocol '${protocol}' is not supported with a target group with protocol '${show(target.outputs.protocol)}'`,
        );
      }
      if (target.outputs.vpcId !== balancer.outputs.vpcId) {
        refuse(
          `${path}.targetGroupArn`,
          "InvalidConfigurationRequest",
          `Target group ${target.id} and the load balancer belong to different VPCs`,
        );
      }
      const user = world
        .where("aws:lb/listener:Listener", "targetGroupArn", target.id)
        .find((other) => other.outputs.loadBalancerArn !== inputs.loadBalancerArn);
      if (user) {
        refuse(
          `${path}.targetGroupArn`,
          "TargetGroupAssociationLimit",
          `The following target groups cannot be associated with more than one load balancer: ${target.id}`,
        );
      }
    });
  },
  create: ({ inputs, seed, world }) => {
    const path = inputs.loadBalancerArn.split("loadbalancer/")[1] ?? "";
    const arn = world.arn("elasticloadbalancing", `listener/${path}/${hexadecimal(seed, 16)}`);
    return {
      id: arn,
      outputs: { arn, protocol: inputs.protocol ?? "HTTP", targetGroupArn: inputs.defaultActions[0]?.targetGroupArn },
    };
  },
});

/** Load balancers, and where they send. */
export const loadBalancingTypes = [loadBalancer, targetGroup, listener];
