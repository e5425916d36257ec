/** Secret value of a plan. Prints and serializes as `[secret]`. */
export class Secret {
  readonly secret = true;

  constructor(readonly value: unknown) {}

  toJSON(): string {
    return "[secret]";
  }

  toString(): string {
    return "[secret]";
  }
}

/** Value with all secrets revealed. */
export function reveal(value: unknown): unknown {
  return mapSecrets(value, (secret) => reveal(secret.value));
}

/** Value with all secrets replaced. Returns a value without secrets unchanged. */
export function mapSecrets(value: unknown, replace: (secret: Secret) => unknown): unknown {
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
