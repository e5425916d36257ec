/** Addresses in the rehearsed VPC: routers, load balancers, pod ranges. Pure. */
import { Address4 } from "ip-address";

/** Router of a subnet (its first address, as in every VPC), and the length of its prefix. */
export function subnetAddresses(cidr: string): { gateway: string; prefixLength: number } {
  const range = new Address4(cidr);
  return { gateway: Address4.fromBigInt(range.startAddress().bigInt() + 1n).address, prefixLength: range.subnetMask };
}

/**
 * Address of the `index`th load balancer in a subnet, counted from the end, because instances get theirs from the start.
 * @throws if only the four addresses that AWS reserves are left
 */
export function loadBalancerAddress(cidr: string, index: number): string {
  const range = new Address4(cidr);
  const address = range.endAddress().bigInt() - 1n - BigInt(index);
  if (address - range.startAddress().bigInt() < 4n) throw new Error(`${cidr} has no address for another load balancer`);
  return Address4.fromBigInt(address).address;
}

/**
 * Lowest unused /24 of the pods' range.
 * @throws if all are taken
 */
export function freePodRange(podCidr: string, taken: ReadonlySet<string>): string {
  const range = new Address4(podCidr);
  const end = range.endAddress().bigInt();
  for (let start = range.startAddress().bigInt(); start + 255n <= end; start += 256n) {
    const candidate = `${Address4.fromBigInt(start).address}/24`;
    if (!taken.has(candidate)) return candidate;
  }
  throw new Error(`every /24 of ${podCidr} is taken: rehearse fewer machines or set a larger network.podCidr`);
}

export function rangeContains(cidr: string, address: string): boolean {
  return Address4.isValid(address) && new Address4(address).isInSubnet(new Address4(cidr));
}
