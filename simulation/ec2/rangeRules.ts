import type { SubnetArgs, VpcArgs } from "@pulumi/aws/ec2";
import type { Address4 } from "ip-address";

import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { toText } from "../core/text";
import { overlaps, parseCidr } from "./cidr";

/** Range of a size that EC2 allows for VPCs and subnets. */
const hasAllowedSize = ({ subnetMask }: Address4): boolean => subnetMask >= 16 && subnetMask <= 28;

export const vpcRules: readonly Rule<VpcArgs>[] = [
  {
    id: "vpc-range-size",
    sentence: "The IPv4 range of a VPC is /16 to /28.",
    source: `${guides.vpc}/userguide/vpc-cidr-blocks.html`,
    code: "InvalidVpc.Range",
    check({ inputs: { cidrBlock } }, violated) {
      const range = parseCidr(cidrBlock);
      if (range === undefined || hasAllowedSize(range)) return;
      violated("cidrBlock", `The CIDR '${toText(cidrBlock)}' is invalid.`);
    },
  },
];

export const subnetRules: readonly Rule<SubnetArgs>[] = [
  {
    id: "subnet-range-size",
    sentence: "The IPv4 range of a subnet is /16 to /28.",
    source: `${guides.ec2Api}/API_CreateSubnet.html`,
    code: "InvalidSubnet.Range",
    check({ inputs: { cidrBlock } }, violated) {
      const range = parseCidr(cidrBlock);
      if (range === undefined || hasAllowedSize(range)) return;
      violated("cidrBlock", `The CIDR '${toText(cidrBlock)}' is invalid.`);
    },
  },
  {
    id: "subnet-in-vpc-range",
    sentence: "The range of a subnet is part of the VPC's.",
    source: `${guides.vpc}/userguide/subnet-sizing.html`,
    code: "InvalidSubnet.Range",
    check({ inputs: { cidrBlock, vpcId }, world }, violated) {
      const range = parseCidr(cidrBlock);
      const vpcRange = parseCidr(world.find("aws:ec2/vpc:Vpc", "id", vpcId)?.outputs.cidrBlock);
      if (range === undefined || vpcRange === undefined || range.isInSubnet(vpcRange)) return;
      // A larger range is refused for its size.
      if (hasAllowedSize(range)) violated("cidrBlock", `The CIDR '${toText(cidrBlock)}' is invalid.`);
    },
  },
  {
    id: "subnet-ranges-disjoint",
    sentence: "The ranges of a VPC's subnets do not overlap.",
    source: `${guides.ec2Api}/API_CreateSubnet.html`,
    code: "InvalidSubnet.Conflict",
    check({ inputs: { cidrBlock, vpcId }, world }, violated) {
      const range = parseCidr(cidrBlock);
      if (range === undefined) return;
      for (const other of world.where("aws:ec2/subnet:Subnet", "vpcId", vpcId)) {
        const used = parseCidr(other.outputs.cidrBlock);
        if (used === undefined || !overlaps(used, range)) continue;
        violated("cidrBlock", `The CIDR '${toText(cidrBlock)}' conflicts with another subnet: ${other.id}`);
      }
    },
  },
];
