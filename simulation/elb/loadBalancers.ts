import type { ListenerArgs, LoadBalancerArgs, TargetGroupArgs } from "@pulumi/aws/lb";

import { checkText } from "../core/checks";
import { hexadecimal } from "../core/identifiers";
import { requireSameVpc, resolveReference, resolveReferenceBy, resolveReferences } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import {
  listenerRules,
  listenerType,
  loadBalancerRules,
  loadBalancerType,
  targetGroupRules,
  targetGroupType,
} from "./rules";

/** Names of load balancers: no hyphen at either end. */
const nameRule = { maxLength: 32, pattern: /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/ };

/** Pattern in CreateTargetGroup's own error message. */
const targetGroupNameRule = { maxLength: 32, pattern: /(?!.*--)(?!^-)(?!.*-$)^[A-Za-z0-9-]+$/ };

const loadBalancer = resourceType<LoadBalancerArgs>({
  token: loadBalancerType,
  replaceOn: ["internal", "loadBalancerType", "name", "namePrefix", "customerOwnedIpv4Pool"],
  rules: loadBalancerRules,
  autoName: { property: "name" },
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "DuplicateLoadBalancerName",
    message: `A load balancer with the same name '${toText(inputs.name)}' exists, but with different settings`,
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, nameRule);
    checkTags(request, inputs.tags);
    const subnets = resolveReferences(request, "subnets", inputs.subnets, "subnet");
    const vpcId = subnets[0]?.outputs.vpcId;
    subnets.forEach((subnet, index) => {
      requireSameVpc(request, `subnets[${index}]`, subnet, vpcId);
    });
    resolveReferences(request, "securityGroups", inputs.securityGroups, "securityGroup").forEach((group, index) => {
      requireSameVpc(request, `securityGroups[${index}]`, group, vpcId);
    });
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

const targetGroup = resourceType<TargetGroupArgs>({
  token: targetGroupType,
  replaceOn: ["name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType"],
  rules: targetGroupRules,
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
  token: listenerType,
  replaceOn: ["loadBalancerArn"],
  rules: listenerRules,
  unique: (inputs) => ({
    key: `${inputs.loadBalancerArn} ${toText(inputs.port)}`,
    property: "port",
    code: "DuplicateListener",
    message: `A listener already exists on this port for this load balancer: ${toText(inputs.port)}`,
  }),
  check(request) {
    const { inputs } = request;
    checkTags(request, inputs.tags);
    resolveReferenceBy(request, "loadBalancerArn", inputs.loadBalancerArn, {
      type: loadBalancerType,
      by: "arn",
      code: "LoadBalancerNotFound",
      message: `One or more load balancers not found: ${inputs.loadBalancerArn}`,
    });
    inputs.defaultActions.forEach((action, index) => {
      const path = `defaultActions[${index}].targetGroupArn`;
      resolveReferenceBy(request, path, action.targetGroupArn, {
        type: targetGroupType,
        by: "arn",
        code: "TargetGroupNotFound",
        message: `One or more target groups not found: ${toText(action.targetGroupArn)}`,
      });
    });
  },
  create: ({ inputs, seed, world }) => {
    const path = inputs.loadBalancerArn.split("loadbalancer/")[1] ?? "";
    const arn = world.arn("elasticloadbalancing", `listener/${path}/${hexadecimal(seed, 16)}`);
    return { id: arn, outputs: { arn, targetGroupArn: inputs.defaultActions[0]?.targetGroupArn } };
  },
});

export const loadBalancerTypes = [loadBalancer, targetGroup, listener];
