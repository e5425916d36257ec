import { Address4 } from "ip-address";
import { show } from "../core/text";

/** An IPv4 range that AWS would read, or nothing. */
export function parseCidr(text: unknown): Address4 | undefined {
  if (typeof text !== "string" || !/^\d+(\.\d+){3}\/\d+$/.test(text) || !Address4.isValid(text)) return undefined;
  return new Address4(text);
}

/** The range as it is written with every host bit zero. */
export const canonicalCidr = (range: Address4): string => `${range.startAddress().address}/${show(range.subnetMask)}`;

export const overlaps = (one: Address4, other: Address4): boolean => one.isInSubnet(other) || other.isInSubnet(one);
