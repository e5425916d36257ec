/**
 * Subnet ranges in the VPC. The ranges of a zone depend only on the last letter of its name, so that adding, removing or
 * reordering zones changes no other zone's ranges.
 */

import { Address4 } from "ip-address";

/** Zones for which every VPC reserves room: no region has more; us-east-1 has six. */
const zoneLetters = "abcdefgh";

/** AWS accepts VPCs of /16 to /28; below /24 the subnets would be smaller than AWS's minimum. */
const widestVpc = 16;
const narrowestVpc = 24;

/** AWS's smallest subnet. */
const narrowestSubnet = 28;

/** AWS reserves the first four addresses and the last of every subnet. */
const reservedAddresses = 5;

/** Subnet ranges of a zone, in CIDR notation. */
export interface ZoneSubnets {
  /** For instances and the internal load balancer of the API: a sixteenth of the VPC. */
  readonly private: string;
  /** For NAT gateways and internet-facing load balancers: an eighth of the private subnet, at least a /28. */
  readonly public: string;
}

/** Invalid range or zone in the settings. */
export class NetworkPlanError extends Error {
  override readonly name = "NetworkPlanError";
}

/**
 * Ranges by zone. The lower half of the VPC is divided into eight private subnets, one per zone letter. The public subnets
 * start at the upper half; the space above them stays free for other subnets.
 * @param vpcCidr IPv4 range of /16 to /24 that starts at its network address.
 * @param zones full names such as `eu-central-1a`.
 * @throws NetworkPlanError for an unsupported range or zone name.
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
      throw new NetworkPlanError(`zones ${other} and ${zone} end in the same letter; list only one of them`);
    zoneOfSlot.set(slot, zone);
    plan[zone] = {
      private: cidr(start + BigInt(slot) * sizeOf(privatePrefix), privatePrefix),
      public: cidr(upperHalf + BigInt(slot) * sizeOf(publicPrefix), publicPrefix),
    };
  }
  return plan;
}

/** Number of addresses for instances, load balancers and endpoints in a subnet. */
export function usableAddresses(subnetCidr: string): number {
  return Number(sizeOf(new Address4(subnetCidr).subnetMask)) - reservedAddresses;
}

function parseVpc(text: string): Address4 {
  if (!Address4.isValid(text) || !text.includes("/")) {
    throw new NetworkPlanError(`${text} is not an IPv4 range; write a range such as 10.0.0.0/16`);
  }
  const vpc = new Address4(text);
  if (vpc.subnetMask < widestVpc || vpc.subnetMask > narrowestVpc) {
    throw new NetworkPlanError(
      `${text} is not supported; write a range between /${widestVpc} (AWS's maximum) and /${narrowestVpc} (room for eight zones)`,
    );
  }
  if (vpc.startAddress().address !== vpc.addressMinusSuffix) {
    throw new NetworkPlanError(
      `${text} does not start at its network address; write ${vpc.startAddress().address}/${vpc.subnetMask}`,
    );
  }
  return vpc;
}

function slotOf(zone: string): number {
  const letter = /^[a-z]{2}(?:-[a-z]+)+-\d+([a-z])$/.exec(zone)?.[1];
  const slot = letter === undefined ? -1 : zoneLetters.indexOf(letter);
  if (slot < 0) {
    throw new NetworkPlanError(
      `${zone} is not a supported availability zone; write a region and a letter from a to h, such as eu-central-1a`,
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
