import type { Resource } from "../model/stack";
import { aws } from "../model/types";
import type { Value } from "../model/value";

/** Traffic that a security group lets through, however it was written. */
export interface Opening {
  /** From where, or whereto, in CIDR notation. */
  readonly cidrs: readonly string[];
  /** `-1`: every protocol. */
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

type Direction = "ingress" | "egress";

/** Types that let traffic in. */
export const ingressTypes = [aws.securityGroupIngressRule, aws.securityGroupRule, aws.securityGroup] as const;
/** Types that let traffic out. */
export const egressTypes = [aws.securityGroupEgressRule, aws.securityGroupRule, aws.securityGroup] as const;

/** The openings in one direction that a rule, or a group with rules of its own, makes. */
export function openings(resource: Resource, direction: Direction): readonly Opening[] {
  switch (resource.type) {
    case aws.securityGroup:
      return resource
        .at(direction)
        .items()
        .map((rule) => opening(rule, ["cidrBlocks", "ipv6CidrBlocks"], "protocol"));
    case aws.securityGroupRule:
      if (resource.at("type").text() !== direction) return [];
      return [opening(resource.inputs, ["cidrBlocks", "ipv6CidrBlocks"], "protocol")];
    default:
      return [opening(resource.inputs, ["cidrIpv4", "cidrIpv6"], "ipProtocol")];
  }
}

function opening(rule: Value, cidrs: readonly string[], protocol: string): Opening {
  const name = rule.at(protocol).text() ?? "-1";
  const all = name === "-1" || name === "all";
  return {
    cidrs: cidrs.flatMap((key) => rule.at(key).oneOrMoreTexts()),
    protocol: all ? "-1" : name,
    from: all ? 0 : (rule.at("fromPort").number() ?? 0),
    to: all ? 65535 : (rule.at("toPort").number() ?? 65535),
  };
}

/** Ranges so wide that they are the internet, by whatever halves they are written. */
export const isWorld = (cidr: string): boolean => /\/[0-4]$/.test(cidr) || /^2000::\/3$/.test(cidr);

export const fromWorld = (opening: Opening): boolean => opening.cidrs.some(isWorld);

export const covers = ({ protocol, from, to }: Opening, low: number, high = low): boolean =>
  (protocol === "-1" || protocol === "tcp" || protocol === "udp" || protocol === "6" || protocol === "17") &&
  from <= high &&
  to >= low;

/** How an opening is told of. */
export function describe({ cidrs, protocol, from, to }: Opening): string {
  const ports = protocol === "-1" ? "all traffic" : `${protocol} ${from === to ? from : `${from}-${to}`}`;
  return `${ports} for ${cidrs.filter(isWorld).join(" and ")}`;
}
