/** Names and addresses that machines of a cluster can have. */

import type { ClusterSpec } from "../../clusterSpec";

/**
 * Regular expression (Go's) of the names that a node's certificate may carry: its instance id, and the name that the VPC
 * gives its address: `ip-10-0-0-1.eu-central-1.compute.internal`, in us-east-1 `.ec2.internal`.
 */
export function nodeNamePattern(region: string): string {
  const suffix = region === "us-east-1" ? String.raw`ec2\.internal` : String.raw`${region}\.compute\.internal`;
  return String.raw`^(i-[0-9a-f]{17}|ip-[0-9]{1,3}(-[0-9]{1,3}){3}\.${suffix})$`;
}

/** Ranges that machines have their addresses from. */
export function nodeRanges({ network }: Pick<ClusterSpec, "network">): readonly string[] {
  return [network.vpc.cidr];
}
