import type { SecurityGroupArgs } from "@pulumi/aws/ec2";
import type { SecurityGroupEgressRuleArgs, SecurityGroupIngressRuleArgs } from "@pulumi/aws/vpc";

import { checkText } from "../core/checks";
import { resourceId } from "../core/identifiers";
import { requireSameVpc, resolveReference } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request, ResourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { parseCidr } from "./cidr";
import { prefixListId } from "./vpcEndpoints";

/** Text that EC2 accepts as name or description of a group or a rule: no quotes, no angle brackets. */
const textRule = { maxLength: 255, pattern: /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/, code: "InvalidParameterValue" };

/** Default quota of inbound rules per group, and of outbound rules per group. */
const ruleLimit = 60;

const securityGroup = resourceType<SecurityGroupArgs>({
  token: "aws:ec2/securityGroup:SecurityGroup",
  replaceOn: ["description", "name", "namePrefix", "vpcId"],
  autoName: { property: "name" },
  inUseCode: "DependencyViolation",
  unique: (inputs) => ({
    key: `${toText(inputs.vpcId)} ${toText(inputs.name)}`,
    property: "name",
    code: "InvalidGroup.Duplicate",
    message: `The security group '${toText(inputs.name)}' already exists for VPC '${toText(inputs.vpcId)}'`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    checkText(request, "name", inputs.name, textRule);
    if (inputs.name?.startsWith("sg-")) {
      refuse("name", "InvalidParameterValue", "Group names may not start with 'sg-'");
    }
    resolveReference(request, "vpcId", inputs.vpcId, "vpc");
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, seed, world }) => ({
    id: resourceId("sg", seed),
    outputs: {
      arn: world.arn("ec2", `security-group/${resourceId("sg", seed)}`),
      description: inputs.description ?? "Managed by Pulumi",
      egress: inputs.egress ?? [],
      ingress: inputs.ingress ?? [],
      ownerId: world.account,
    },
  }),
});

type RuleArgs = SecurityGroupIngressRuleArgs & SecurityGroupEgressRuleArgs;

const peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"] as const;

const peerOf = (inputs: Request<RuleArgs>["inputs"]): string => peers.map((name) => inputs[name] ?? "").join("");

/** Group, protocol, ports and peer: a group cannot hold two rules with the same ones. */
function identity(inputs: Request<RuleArgs>["inputs"]): string {
  const { securityGroupId, ipProtocol, fromPort, toPort } = inputs;
  return [securityGroupId, ipProtocol, toText(fromPort), toText(toPort), peerOf(inputs)].join(" ");
}

function checkPorts({ inputs, refuse }: Request<RuleArgs>): void {
  const { ipProtocol, fromPort, toPort } = inputs;
  if (ipProtocol !== "tcp" && ipProtocol !== "udp") return;
  for (const [property, port] of Object.entries({ fromPort, toPort })) {
    if (port === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
      refuse(
        property,
        "InvalidParameterValue",
        `Invalid value '${toText(port)}' for portRange. Must specify ports from 0 to 65535 with ${ipProtocol}`,
      );
    }
  }
  if (fromPort !== undefined && toPort !== undefined && fromPort > toPort) {
    refuse("toPort", "InvalidParameterValue", `Invalid port range: ${fromPort} to ${toPort}`);
  }
}

function checkPeer(request: Request<RuleArgs>, vpcId: unknown): void {
  const { inputs, world, refuse } = request;
  const { cidrIpv4, prefixListId: listId, referencedSecurityGroupId } = inputs;
  if (cidrIpv4 !== undefined && parseCidr(cidrIpv4) === undefined) {
    refuse("cidrIpv4", "InvalidParameterValue", `CIDR block ${cidrIpv4} is malformed`);
  }
  if (listId !== undefined && listId !== prefixListId(world.region, "s3")) {
    refuse("prefixListId", "InvalidPrefixListID.NotFound", `The prefix list ID '${listId}' does not exist`);
  }
  const peer = resolveReference(request, "referencedSecurityGroupId", referencedSecurityGroupId, "securityGroup");
  requireSameVpc(request, "referencedSecurityGroupId", peer, vpcId);
}

/** Rules per group, in each direction. */
const quotaRule = (token: string, direction: "inbound" | "outbound"): Rule<RuleArgs> => ({
  id: `security-group-${direction}-rules`,
  sentence: `A security group has at most ${ruleLimit} ${direction} rules (default quota).`,
  source: `${guides.vpc}/userguide/amazon-vpc-limits.html`,
  code: "RulesPerSecurityGroupLimitExceeded",
  check({ inputs, world }, violated) {
    if (world.where(token, "securityGroupId", inputs.securityGroupId).length < ruleLimit) return;
    const message = `The maximum number of ${direction} rules per security group has been reached: ${ruleLimit}`;
    violated("securityGroupId", message);
  },
});

function rule(token: string, direction: "inbound" | "outbound"): ResourceType {
  return resourceType<RuleArgs>({
    token,
    replaceOn: ["securityGroupId"],
    rules: [quotaRule(token, direction)],
    unique: (inputs) => ({
      key: identity(inputs),
      property: "securityGroupId",
      code: "InvalidPermission.Duplicate",
      message: `the specified rule "peer: ${peerOf(inputs)}, ${inputs.ipProtocol}, from port: ${toText(inputs.fromPort)}, to port: ${toText(inputs.toPort)}, ALLOW" already exists`,
    }),
    check(request) {
      const { inputs } = request;
      const group = resolveReference(request, "securityGroupId", inputs.securityGroupId, "securityGroup");
      checkPorts(request);
      checkPeer(request, group?.outputs.vpcId);
      checkText(request, "description", inputs.description, textRule);
      checkTags(request, inputs.tags);
    },
    create: ({ seed, world }) => {
      const id = resourceId("sgr", seed);
      return { id, outputs: { arn: world.arn("ec2", `security-group-rule/${id}`), securityGroupRuleId: id } };
    },
  });
}

export const securityGroupTypes = [
  securityGroup,
  rule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "inbound"),
  rule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "outbound"),
];
