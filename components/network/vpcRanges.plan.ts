import type { VpcSpec } from "./settings";

/** IPv4 ranges of the VPC, the primary one first. */
export const vpcRanges = (vpc: VpcSpec): readonly string[] =>
  vpc.source === "existing" ? [vpc.cidr, ...vpc.secondaryCidrs] : [vpc.cidr];
