import type { ClusterSpec } from "../components/clusterSpec";
import type { World } from "./core/world";

/** Puts into the world what the settings say exists already: a VPC with its subnets, a public DNS zone. */
export function adoptExisting(world: World, spec: ClusterSpec): void {
  const adopt = (type: string, id: string, outputs: Readonly<Record<string, unknown>>): void => {
    world.add({ urn: `existing:${id}`, type, id, inputs: {}, outputs: { ...outputs, id, existing: true } });
  };
  const { vpc } = spec.network;
  if (vpc.source === "existing") {
    adopt("aws:ec2/vpc:Vpc", vpc.id, { cidrBlock: vpc.cidr });
    for (const subnets of [vpc.privateSubnets, vpc.publicSubnets]) {
      for (const [availabilityZone, id] of Object.entries(subnets)) {
        adopt("aws:ec2/subnet:Subnet", id, { vpcId: vpc.id, availabilityZone });
      }
    }
  }
  const zone = spec.api.public?.hostedZoneId;
  if (zone !== undefined) adopt("aws:route53/zone:Zone", zone, { zoneId: zone });
}
