import { Address4 } from "ip-address";

/** IPv4 range in the form that AWS accepts: a prefix length, and every host bit zero. */
export function parseCidr(text: unknown): Address4 | undefined {
  if (typeof text !== "string" || !text.includes("/") || !Address4.isValid(text)) return undefined;
  const range = new Address4(text);
  return text === `${range.startAddress().address}/${range.subnetMask}` ? range : undefined;
}

export const overlaps = (one: Address4, other: Address4): boolean => one.isInSubnet(other) || other.isInSubnet(one);
