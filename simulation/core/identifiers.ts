import { createHash } from "node:crypto";

/** The first `length` hexadecimal digits of the seed's SHA-256: the same seed gives the same identifier on every machine. */
export const hexadecimal = (seed: string, length: number): string =>
  createHash("sha256").update(seed).digest("hex").slice(0, length);

/** EC2 identifier: prefix and 17 hexadecimal digits, `vpc-0a1b2c3d4e5f60718`. */
export const resourceId = (prefix: string, seed: string): string => `${prefix}-0${hexadecimal(seed, 16)}`;

/** Upper-case identifier of IAM and Route 53, `AROA…`, `Z0…`: letters and digits after the prefix. */
export function letteredId(prefix: string, seed: string, length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const digest = createHash("sha512").update(seed).digest();
  return prefix + Array.from(digest.subarray(0, length), (byte) => alphabet.charAt(byte % 32)).join("");
}

/** UUID, the form of KMS key ids. */
export const uuid = (seed: string): string =>
  hexadecimal(seed, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** Address in 203.0.0.0/8, in place of the public address that AWS would choose. */
export function publicAddress(seed: string): string {
  const [second = 0, third = 0, fourth = 0] = createHash("sha256").update(seed).digest();
  return `203.${second}.${third}.${fourth}`;
}
