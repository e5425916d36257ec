/** Addresses that AWS would hand out: routers, load balancers, pod ranges. Pure. */
import { Address4 } from "ip-address";

/** First address of a range (its router, as in every VPC subnet), and the length of its prefix. */
export function subnetAddresses(cidr: string): { gateway: string; prefixLength: number } {
  const range = new Address4(cidr);
  return { gateway: Address4.fromBigInt(range.startAddress().bigInt() + 1n).address, prefixLength: range.subnetMask };
}

/**
 * The `index`th address of a load balancer in a subnet, counted down from the end: instances get theirs from the
 * beginning.
 * @throws if the subnet has no room for it beside the four addresses that AWS keeps.
 */
export function loadBalancerAddress(cidr: string, index: number): string {
  const range = new Address4(cidr);
  const address = range.endAddress().bigInt() - 1n - BigInt(index);
  if (address - range.startAddress().bigInt() < 4n) throw new Error(`${cidr} has no room for another load balancer`);
  return Address4.fromBigInt(address).address;
}

/**
 * The lowest /24 of the pods' range that no machine has.
 * @throws if all are taken.
 */
export function freePodRange(podCidr: string, taken: ReadonlySet<string>): string {
  const range = new Address4(podCidr);
  const end = range.endAddress().bigInt();
  for (let start = range.startAddress().bigInt(); start + 255n <= end; start += 256n) {
    const candidate = `${Address4.fromBigInt(start).address}/24`;
    if (!taken.has(candidate)) return candidate;
  }
  throw new Error(`every /24 of ${podCidr} is taken: the rehearsal has room for no more machines`);
}

/** Whether a range holds an address. */
export function holds(cidr: string, address: string): boolean {
  return Address4.isValid(address) && new Address4(address).isInSubnet(new Address4(cidr));
}
