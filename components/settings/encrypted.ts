/** Encrypted value of a stack file; only the Pulumi CLI can decrypt it. */
export interface Encrypted {
  readonly secure: string;
}

/** True for a mapping with exactly the text `secure`, as the engine decides it (`isSecureValue` in sdk/go/common/resource/config). */
export function isEncrypted(value: unknown): value is Encrypted {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return entries.length === 1 && entries[0]?.[0] === "secure" && typeof entries[0][1] === "string";
}

const secretWords = /password|secret|token|privateKey|registries|authorityKeys/i;

/** True for the path of a setting whose value may be secret, such as `aws:secretKey`; messages do not show it. */
export const mayBeSecret = (path: readonly (string | number)[]): boolean =>
  path.some((step) => secretWords.test(String(step)));
