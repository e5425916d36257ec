import { createHash } from "node:crypto";

/** The first `length` hexadecimal digits of the seed's SHA-256: the same seed, the same identifier, on every machine. */
export const hexadecimal = (seed: string, length: number): string =>
  createHash("sha256").update(seed).digest("hex").slice(0, length);

/** An EC2-like identifier: prefix and 17 hexadecimal digits, `vpc-0a1b2c3d4e5f60718`. */
export const resourceId = (prefix: string, seed: string): string => `${prefix}-0${hexadecimal(seed, 16)}`;

/** An upper-case identifier as IAM and Route 53 make them, `AROA…`, `Z0…`; letters and digits after the prefix. */
export function letteredId(prefix: string, seed: string, length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const digest = createHash("sha512").update(seed).digest();
  return prefix + Array.from(digest.subarray(0, length), (byte) => alphabet.charAt(byte % 32)).join("");
}

/** A UUID, as KMS names its keys. */
export function uuid(seed: string): string {
  const digits = hexadecimal(seed, 32);
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  );
}

/** Three octets below 203.0.0.0/8 taken from the seed: stands for an address that AWS would choose. */
export function publicAddress(seed: string): string {
  const digest = createHash("sha256").update(seed).digest();
  return `203.${String(digest[0])}.${String(digest[1])}.${String(digest[2])}`;
}
