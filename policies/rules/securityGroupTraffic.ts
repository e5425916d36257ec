import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import type { Value } from "../model/value";

/** Traffic that a security group allows. */
export interface AllowedTraffic {
  /** Sources of ingress or destinations of egress. */
  readonly cidrs: readonly string[];
  /** `-1` for all protocols. */
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

type Direction = "ingress" | "egress";

export const ingressTypes = [aws.securityGroupIngressRule, aws.securityGroupRule, aws.securityGroup] as const;
export const egressTypes = [aws.securityGroupEgressRule, aws.securityGroupRule, aws.securityGroup] as const;

export function allowedTraffic(resource: Resource, direction: Direction): readonly AllowedTraffic[] {
  switch (resource.type) {
    case aws.securityGroup:
      return resource
        .at(direction)
        .items()
        .map((rule) => trafficOf(rule, ["cidrBlocks", "ipv6CidrBlocks"], "protocol"));
    case aws.securityGroupRule:
      if (resource.at("type").string() !== direction) return [];
      return [trafficOf(resource.inputs, ["cidrBlocks", "ipv6CidrBlocks"], "protocol")];
    default:
      return [trafficOf(resource.inputs, ["cidrIpv4", "cidrIpv6"], "ipProtocol")];
  }
}

function trafficOf(rule: Value, cidrs: readonly string[], protocol: string): AllowedTraffic {
  const name = rule.at(protocol).string() ?? "-1";
  const all = name === "-1" || name === "all";
  return {
    cidrs: cidrs.flatMap((key) => rule.at(key).stringOrList()),
    protocol: all ? "-1" : name,
    from: all ? 0 : (rule.at("fromPort").number() ?? 0),
    to: all ? 65535 : (rule.at("toPort").number() ?? 65535),
  };
}

/** True for ranges that cover much of the internet, such as 0.0.0.0/0 or 128.0.0.0/1. */
export const isPublicCidr = (cidr: string): boolean => /\/[0-4]$/.test(cidr) || /^2000::\/3$/.test(cidr);

export const isPublic = (traffic: AllowedTraffic): boolean => traffic.cidrs.some(isPublicCidr);

export const includesPorts = ({ protocol, from, to }: AllowedTraffic, low: number, high = low): boolean =>
  ["-1", "tcp", "udp", "6", "17"].includes(protocol) && from <= high && to >= low;

export function describeTraffic({ cidrs, protocol, from, to }: AllowedTraffic): string {
  const ports = protocol === "-1" ? "all traffic" : `${protocol} ${from === to ? from : `${from}-${to}`}`;
  return `${ports} for ${cidrs.filter(isPublicCidr).join(" and ")}`;
}
