import { Address4 } from "ip-address";

/** An IPv4 range as numbers, both ends included. */
interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

function span(cidr: string): Span {
  const address = new Address4(cidr);
  return { first: address.startAddress().bigInt(), last: address.endAddress().bigInt() };
}

/** Length of the prefix. */
export const prefixLength = (cidr: string): number => new Address4(cidr).subnetMask;

/** Whether two ranges share an address. */
export function overlap(left: string, right: string): boolean {
  const a = span(left);
  const b = span(right);
  return a.first <= b.last && b.first <= a.last;
}

/** Whether every address of the inner range is in the outer one. */
export function contains(outer: string, inner: string): boolean {
  const a = span(outer);
  const b = span(inner);
  return a.first <= b.first && b.last <= a.last;
}

/** Ranges that are free for use inside an organisation: RFC 1918, RFC 6598 and RFC 2544. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"];

/** Whether a range is private, so that using it hides no part of the internet. */
export const isPrivate = (cidr: string): boolean => privateRanges.some((range) => contains(range, cidr));
