/**
 * Where a cluster's subnets lie in its VPC. A zone's ranges follow from the letter that ends its name and from nothing
 * else, so that a zone that is added, removed or moved in the list never moves the ranges of another.
 */

import { Address4 } from "ip-address";

/** Zones for which every VPC keeps room: `a` to `h`. No region has more; us-east-1 has six. */
const zoneLetters = "abcdefgh";

/** AWS takes VPCs of /16 to /28; below /24 a subnet would have fewer addresses than AWS allows it (16). */
const widestVpc = 16;
const narrowestVpc = 24;

/** The smallest subnet that AWS makes. */
const narrowestSubnet = 28;

/** AWS keeps the first four addresses and the last of every subnet. */
const reservedAddresses = 5;

/** Ranges of one zone, in CIDR notation. */
export interface ZoneSubnets {
  /** Machines, and the internal address of the API. A sixteenth of the VPC. */
  readonly private: string;
  /** NAT gateways and internet-facing load balancers. An eighth of the private one, and at least a /28. */
  readonly public: string;
}

/** What the settings must change, in words for the person who wrote them. */
export class NetworkPlanError extends Error {
  override readonly name = "NetworkPlanError";
}

/**
 * Ranges by zone. The lower half of the VPC is split into eight private subnets, one per zone letter; the public ones lie
 * at the start of the upper half, and what is above them stays free for subnets of others.
 *
 * @param vpcCidr IPv4 range of /16 to /24 that starts at its own network address.
 * @param zones full names as `eu-central-1a`.
 * @throws NetworkPlanError for a range or a zone name that this plan has no place for.
 */
export function planSubnets(vpcCidr: string, zones: readonly string[]): Readonly<Record<string, ZoneSubnets>> {
  const vpc = parseVpc(vpcCidr);
  const privatePrefix = vpc.subnetMask + 4;
  const publicPrefix = Math.min(vpc.subnetMask + 7, narrowestSubnet);
  const start = vpc.startAddress().bigInt();
  const upperHalf = start + sizeOf(vpc.subnetMask + 1);

  const zoneOfSlot = new Map<number, string>();
  const plan: Record<string, ZoneSubnets> = {};
  for (const zone of zones) {
    const slot = slotOf(zone);
    const other = zoneOfSlot.get(slot);
    if (other !== undefined)
      throw new NetworkPlanError(`zones ${other} and ${zone} end in the same letter: list one of them`);
    zoneOfSlot.set(slot, zone);
    plan[zone] = {
      private: cidr(start + BigInt(slot) * sizeOf(privatePrefix), privatePrefix),
      public: cidr(upperHalf + BigInt(slot) * sizeOf(publicPrefix), publicPrefix),
    };
  }
  return plan;
}

/** How many machines, load balancers and endpoints together find an address in a subnet. */
export function usableAddresses(subnetCidr: string): number {
  return Number(sizeOf(new Address4(subnetCidr).subnetMask)) - reservedAddresses;
}

function parseVpc(text: string): Address4 {
  if (!Address4.isValid(text) || !text.includes("/")) {
    throw new NetworkPlanError(`${text} is no IPv4 range: write one as 10.0.0.0/16`);
  }
  const vpc = new Address4(text);
  if (vpc.subnetMask < widestVpc || vpc.subnetMask > narrowestVpc) {
    throw new NetworkPlanError(
      `${text} must be between /${widestVpc} and /${narrowestVpc}: AWS takes no wider VPC, and a narrower one has no room for eight zones`,
    );
  }
  if (vpc.startAddress().address !== vpc.addressMinusSuffix) {
    throw new NetworkPlanError(
      `${text} does not start a /${vpc.subnetMask}: write ${vpc.startAddress().address}/${vpc.subnetMask}`,
    );
  }
  return vpc;
}

function slotOf(zone: string): number {
  const letter = /^[a-z]{2}(?:-[a-z]+)+-\d+([a-z])$/.exec(zone)?.[1];
  const slot = letter === undefined ? -1 : zoneLetters.indexOf(letter);
  if (slot < 0) {
    throw new NetworkPlanError(
      `${zone} is no availability zone that Holdfast knows: a region and a letter from a to h, as eu-central-1a`,
    );
  }
  return slot;
}

function sizeOf(prefix: number): bigint {
  return 1n << BigInt(32 - prefix);
}

function cidr(start: bigint, prefix: number): string {
  return `${Address4.fromBigInt(start).address}/${prefix}`;
}
