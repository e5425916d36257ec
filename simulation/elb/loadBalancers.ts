import type { ListenerArgs, LoadBalancerArgs, TargetGroupArgs } from "@pulumi/aws/lb";

import { checkText } from "../core/checks";
import { hexadecimal } from "../core/identifiers";
import { requireSameVpc, resolveReference, resolveReferenceBy, resolveReferences } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import type { World } from "../core/world";

const loadBalancerType = "aws:lb/loadBalancer:LoadBalancer";
const targetGroupType = "aws:lb/targetGroup:TargetGroup";

/** Names of load balancers: no hyphen at either end. */
const nameRule = { maxLength: 32, pattern: /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/ };

/** Pattern in CreateTargetGroup's own error message. */
const targetGroupNameRule = { maxLength: 32, pattern: /(?!.*--)(?!^-)(?!.*-$)^[A-Za-z0-9-]+$/ };

const loadBalancer = resourceType<LoadBalancerArgs>({
  token: loadBalancerType,
  replaceOn: ["internal", "loadBalancerType", "name", "namePrefix", "customerOwnedIpv4Pool"],
  autoName: { property: "name" },
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "DuplicateLoadBalancerName",
    message: `A load balancer with the same name '${toText(inputs.name)}' exists, but with different settings`,
  }),
  check(request) {
    const { inputs, world, refuse } = request;
    checkText(request, "name", inputs.name, nameRule);
    if (inputs.name?.startsWith("internal-")) {
      refuse("name", "ValidationError", "The load balancer name must not begin with 'internal-'");
    }
    checkTags(request, inputs.tags);
    const subnets = resolveReferences(request, "subnets", inputs.subnets, "subnet");
    const vpcId = subnets[0]?.outputs.vpcId;
    subnets.forEach((subnet, index) => {
      requireSameVpc(request, `subnets[${index}]`, subnet, vpcId);
    });
    resolveReferences(request, "securityGroups", inputs.securityGroups, "securityGroup").forEach((group, index) => {
      requireSameVpc(request, `securityGroups[${index}]`, group, vpcId);
    });
    if (inputs.internal !== true && vpcId !== undefined && !hasInternetGateway(world, vpcId)) {
      refuse("subnets", "InvalidSubnet", `VPC ${toText(vpcId)} has no internet gateway`);
    }
  },
  create: ({ inputs, seed, world }) => {
    const name = toText(inputs.name);
    const arnSuffix = `net/${name}/${hexadecimal(seed, 16)}`;
    const arn = world.arn("elasticloadbalancing", `loadbalancer/${arnSuffix}`);
    return {
      id: arn,
      outputs: {
        arn,
        arnSuffix,
        dnsName: `${name}-${hexadecimal(seed, 16)}.elb.${world.region}.${world.dnsSuffix}`,
        internal: inputs.internal ?? false,
        ipAddressType: inputs.ipAddressType ?? "ipv4",
        vpcId: world.find("aws:ec2/subnet:Subnet", "id", inputs.subnets?.[0])?.outputs.vpcId,
        zoneId: `Z${hexadecimal(`${world.region} net`, 13).toUpperCase()}`,
      },
    };
  },
});

/** The settings do not describe the gateways of an existing VPC: it counts as having one. */
function hasInternetGateway(world: World, vpcId: unknown): boolean {
  const vpc = world.find("aws:ec2/vpc:Vpc", "id", vpcId);
  if (vpc?.outputs.existing === true) return true;
  return world.find("aws:ec2/internetGateway:InternetGateway", "vpcId", vpcId) !== undefined;
}

const targetGroup = resourceType<TargetGroupArgs>({
  token: targetGroupType,
  replaceOn: ["name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType"],
  autoName: { property: "name" },
  inUseCode: "ResourceInUse",
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "DuplicateTargetGroupName",
    message: `A target group with the same name '${toText(inputs.name)}' exists, but with different settings`,
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, targetGroupNameRule);
    resolveReference(request, "vpcId", inputs.vpcId, "vpc");
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, seed, world }) => {
    const arnSuffix = `targetgroup/${toText(inputs.name)}/${hexadecimal(seed, 16)}`;
    const arn = world.arn("elasticloadbalancing", arnSuffix);
    return {
      id: arn,
      outputs: {
        arn,
        arnSuffix,
        deregistrationDelay: inputs.deregistrationDelay ?? 300,
        ipAddressType: inputs.ipAddressType ?? "ipv4",
        targetType: inputs.targetType ?? "instance",
      },
    };
  },
});

const listener = resourceType<ListenerArgs>({
  token: "aws:lb/listener:Listener",
  replaceOn: ["loadBalancerArn"],
  unique: (inputs) => ({
    key: `${inputs.loadBalancerArn} ${toText(inputs.port)}`,
    property: "port",
    code: "DuplicateListener",
    message: `A listener already exists on this port for this load balancer: ${toText(inputs.port)}`,
  }),
  check(request) {
    const { inputs, world, refuse } = request;
    checkTags(request, inputs.tags);
    const balancer = resolveReferenceBy(request, "loadBalancerArn", inputs.loadBalancerArn, {
      type: loadBalancerType,
      by: "arn",
      code: "LoadBalancerNotFound",
      message: `One or more load balancers not found: ${inputs.loadBalancerArn}`,
    });
    inputs.defaultActions.forEach((action, index) => {
      const path = `defaultActions[${index}].targetGroupArn`;
      const target = resolveReferenceBy(request, path, action.targetGroupArn, {
        type: targetGroupType,
        by: "arn",
        code: "TargetGroupNotFound",
        message: `One or more target groups not found: ${toText(action.targetGroupArn)}`,
      });
      if (!target || !balancer) return;
      if (target.outputs.vpcId !== balancer.outputs.vpcId) {
        const message = `Target group ${target.id} and the load balancer belong to different VPCs`;
        refuse(path, "InvalidConfigurationRequest", message);
      }
      const user = world
        .where("aws:lb/listener:Listener", "targetGroupArn", target.id)
        .find((other) => other.outputs.loadBalancerArn !== inputs.loadBalancerArn);
      if (user) {
        refuse(
          path,
          "TargetGroupAssociationLimit",
          `The following target groups cannot be associated with more than one load balancer: ${target.id}`,
        );
      }
    });
  },
  create: ({ inputs, seed, world }) => {
    const path = inputs.loadBalancerArn.split("loadbalancer/")[1] ?? "";
    const arn = world.arn("elasticloadbalancing", `listener/${path}/${hexadecimal(seed, 16)}`);
    return { id: arn, outputs: { arn, targetGroupArn: inputs.defaultActions[0]?.targetGroupArn } };
  },
});

export const loadBalancerTypes = [loadBalancer, targetGroup, listener];
