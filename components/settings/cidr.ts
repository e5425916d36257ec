import { Address4 } from "ip-address";

/** IPv4 range as numbers, both ends included. */
interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

function span(cidr: string): Span {
  const address = new Address4(cidr);
  return { first: address.startAddress().bigInt(), last: address.endAddress().bigInt() };
}

/** Prefix length. */
export const prefixLength = (cidr: string): number => new Address4(cidr).subnetMask;

/** True if two ranges share an address. */
export function overlap(left: string, right: string): boolean {
  const a = span(left);
  const b = span(right);
  return a.first <= b.last && b.first <= a.last;
}

/** True if the outer range contains every address of the inner one. */
export function contains(outer: string, inner: string): boolean {
  const a = span(outer);
  const b = span(inner);
  return a.first <= b.first && b.last <= a.last;
}

/** Private ranges: RFC 1918, RFC 6598 and RFC 2544. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"];

/** True if a range is private, so that it hides no part of the internet. */
export const isPrivate = (cidr: string): boolean => privateRanges.some((range) => contains(range, cidr));
