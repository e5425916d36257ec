import type { ClusterSpec } from "../components/clusterSpec";
import { vpcRanges } from "../components/network/vpcRanges.plan";
import type { World } from "./core/world";

/** Adds the resources that the settings declare as existing: a VPC with its subnets, security groups, a public DNS zone. */
export function addExistingResources(world: World, spec: ClusterSpec): void {
  const add = (type: string, id: string, outputs: Readonly<Record<string, unknown>>): void => {
    world.add({ urn: `existing:${id}`, type, id, inputs: {}, outputs: { ...outputs, id, existing: true } });
  };
  const { vpc } = spec.network;
  if (vpc.source === "existing") {
    add("aws:ec2/vpc:Vpc", vpc.id, {
      cidrBlock: vpc.cidr,
      // The plan has no access to AWS: the VPC is as the settings say.
      cidrBlockAssociations: vpcRanges(vpc).map((cidrBlock) => ({ cidrBlock, state: "associated" })),
      enableDnsSupport: true,
      enableDnsHostnames: true,
    });
    for (const subnets of [vpc.privateSubnets, vpc.publicSubnets]) {
      for (const [availabilityZone, id] of Object.entries(subnets)) {
        add("aws:ec2/subnet:Subnet", id, { vpcId: vpc.id, availabilityZone });
      }
    }
  }
  for (const { securityGroupIds } of Object.values(spec.workers)) {
    for (const id of securityGroupIds)
      add("aws:ec2/securityGroup:SecurityGroup", id, { vpcId: vpc.source === "existing" ? vpc.id : undefined });
  }
  const zone = spec.api.public?.hostedZoneId;
  if (zone !== undefined) add("aws:route53/zone:Zone", zone, { zoneId: zone });
}
