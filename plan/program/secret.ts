import { createHmac, randomBytes } from "node:crypto";

/** Secret value of a plan. Prints and serializes as `[secret]`. */
export class Secret {
  readonly secret = true;

  constructor(readonly value: unknown) {}

  toJSON(): string {
    return hiddenSecret;
  }

  toString(): string {
    return hiddenSecret;
  }
}

/** Text, or the value itself, that stands for a secret in a plan. */
export type SecretForm = (secret: Secret) => unknown;

/** Value of a secret that a plan does not show. */
export const hiddenSecret = "[secret]";

/** True for the form of a secret that the plan does not show. */
export const isHiddenSecret = (value: unknown): boolean => typeof value === "string" && /^\[secret\b/.test(value);

/**
 * Form that differs for different secrets, and reveals nothing: the key of the hash ends with this process.
 * @param placeholder part of secrets that the plan does not know, which may be the same as any other.
 */
export function distinctSecrets(placeholder: string): SecretForm {
  const key = randomBytes(32);
  return (secret) => {
    const text = sortedJson(reveal(secret));
    if (text.includes(placeholder)) return hiddenSecret;
    return `[secret ${createHmac("sha256", key).update(text).digest("hex").slice(0, 8)}]`;
  };
}

/** JSON text of a value that does not depend on the order of keys. */
const sortedJson = (value: unknown): string => JSON.stringify([value], (_, item: unknown) => sortKeys(item));

function sortKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Value with all secrets revealed. */
export function reveal(value: unknown): unknown {
  return mapSecrets(value, (secret) => reveal(secret.value));
}

/** Value with all secrets replaced. Returns a value without secrets unchanged. */
export function mapSecrets(value: unknown, replace: SecretForm): unknown {
  if (value instanceof Secret) return replace(value);
  if (Array.isArray(value)) return hasSecret(value) ? value.map((item) => mapSecrets(item, replace)) : value;
  if (typeof value !== "object" || value === null || !hasSecret(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapSecrets(item, replace)]));
}

/** True if some part of the value is secret. */
export function hasSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasSecret);
}
