import type { SecurityGroupArgs } from "@pulumi/aws/ec2";
import type { SecurityGroupEgressRuleArgs, SecurityGroupIngressRuleArgs } from "@pulumi/aws/vpc";

import { canonicalCidr, parseCidr } from "./cidr";
import { resourceId } from "../core/identifiers";
import { checkText } from "../core/checks";
import { refer, sameVpc } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request, ResourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { prefixListId } from "./vpc";
import { show } from "../core/text";

/** Characters that EC2 takes in names and descriptions of groups and rules; no quote, no angle bracket. */
const pattern = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/;

/** Inbound rules, and likewise outbound ones, that a group holds unless AWS raises the account's quota. */
const ruleLimit = 60;

const securityGroup = resourceType<SecurityGroupArgs>({
  token: "aws:ec2/securityGroup:SecurityGroup",
  replaceOn: ["description", "name", "namePrefix", "vpcId"],
  autoName: { property: "name", longest: 255 },
  guardedBy: "DependencyViolation",
  unique: (inputs) => ({
    key: `${show(inputs.vpcId)} ${show(inputs.name)}`,
    property: "name",
    code: "InvalidGroup.Duplicate",
    message: `The security group '${show(inputs.name)}' already exists for VPC '${show(inputs.vpcId)}'`,
  }),
  check(request) {
    const { inputs, refuse } = request;
    const rule = { longest: 255, pattern, code: "InvalidParameterValue" };
    checkText(request, "name", inputs.name, rule);
    checkText(request, "description", inputs.description, rule);
    if (inputs.name?.startsWith("sg-")) {
      refuse("name", "InvalidParameterValue", "Group names may not start with 'sg-'");
    }
    refer(request, "vpcId", inputs.vpcId, "vpc");
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

/** Protocol, ports and peer: what makes two rules of a group the same. */
function identity(inputs: Request<RuleArgs>["inputs"]): string {
  const peer = peers.map((name) => inputs[name] ?? "").join(" ");
  const ports = inputs.ipProtocol === "-1" ? "" : `${show(inputs.fromPort)}-${show(inputs.toPort)}`;
  return [inputs.securityGroupId, inputs.ipProtocol, ports, peer].join(" ");
}

function checkPorts({ inputs, refuse }: Request<RuleArgs>): void {
  const { ipProtocol, fromPort, toPort } = inputs;
  if (!/^(-1|tcp|udp|icmp|icmpv6|\d{1,3})$/.test(ipProtocol)) {
    refuse(
      "ipProtocol",
      "InvalidPermission.Malformed",
      `Invalid value '${ipProtocol}' for IP protocol. Unknown protocol.`,
    );
  }
  if (ipProtocol === "-1") {
    if (fromPort !== undefined || toPort !== undefined) {
      refuse(
        "fromPort",
        "InvalidParameterValue",
        "Rules for all protocols cover all ports: fromPort and toPort must be absent",
      );
    }
    return;
  }
  if (ipProtocol !== "tcp" && ipProtocol !== "udp") return;
  for (const [property, port] of [
    ["fromPort", fromPort],
    ["toPort", toPort],
  ] as const) {
    if (port === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
      refuse(
        property,
        "InvalidParameterValue",
        `Invalid value '${show(port)}' for portRange. Must specify ports from 0 to 65535 with ${ipProtocol}`,
      );
    }
  }
  if (fromPort !== undefined && toPort !== undefined && fromPort > toPort) {
    refuse("toPort", "InvalidParameterValue", `Invalid port range: ${show(fromPort)} to ${show(toPort)}`);
  }
}

function checkPeer(request: Request<RuleArgs>, vpcId: unknown): void {
  const { inputs, world, refuse } = request;
  const given = peers.filter((name) => inputs[name] !== undefined);
  if (given.length !== 1) {
    refuse(
      given[1] ?? "cidrIpv4",
      "InvalidParameterCombination",
      `A rule has exactly one of ${peers.join(", ")}; found ${given.join(", ") || "none"}`,
    );
  }
  if (inputs.cidrIpv4 !== undefined) {
    const range = parseCidr(inputs.cidrIpv4);
    if (range === undefined || canonicalCidr(range) !== inputs.cidrIpv4) {
      refuse("cidrIpv4", "InvalidParameterValue", `CIDR block ${inputs.cidrIpv4} is malformed`);
    }
  }
  const known = ["s3", "dynamodb"].map((service) => prefixListId(world.region, service));
  if (inputs.prefixListId !== undefined && !known.includes(inputs.prefixListId)) {
    refuse(
      "prefixListId",
      "InvalidPrefixListID.NotFound",
      `The prefix list ID '${inputs.prefixListId}' does not exist`,
    );
  }
  sameVpc(
    request,
    "referencedSecurityGroupId",
    refer(request, "referencedSecurityGroupId", inputs.referencedSecurityGroupId, "securityGroup"),
    vpcId,
  );
}

function rule(token: string, direction: "inbound" | "outbound"): ResourceType {
  return resourceType<RuleArgs>({
    token,
    replaceOn: ["securityGroupId"],
    unique: (inputs) => ({
      key: identity(inputs),
      property: "securityGroupId",
      code: "InvalidPermission.Duplicate",
      message: `the specified rule "peer: ${peers.map((name) => inputs[name] ?? "").join("")}, ${inputs.ipProtocol}, from port: ${show(inputs.fromPort)}, to port: ${show(inputs.toPort)}, ALLOW" already exists`,
    }),
    check(request) {
      const { inputs, world, refuse } = request;
      const group = refer(request, "securityGroupId", inputs.securityGroupId, "securityGroup");
      checkPorts(request);
      checkPeer(request, group?.outputs.vpcId);
      checkText(request, "description", inputs.description, { longest: 255, pattern, code: "InvalidParameterValue" });
      checkTags(request, inputs.tags);
      if (world.where(token, "securityGroupId", inputs.securityGroupId).length >= ruleLimit) {
        refuse(
          "securityGroupId",
          "RulesPerSecurityGroupLimitExceeded",
          `The maximum number of ${direction} rules per security group has been reached: ${show(ruleLimit)}`,
        );
      }
    },
    create: ({ seed, world }) => {
      const id = resourceId("sgr", seed);
      return { id, outputs: { arn: world.arn("ec2", `security-group-rule/${id}`), securityGroupRuleId: id } };
    },
  });
}

/** Who may speak to whom. */
export const securityGroupTypes = [
  securityGroup,
  rule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "inbound"),
  rule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "outbound"),
];
