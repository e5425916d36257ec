/** A secret value in a plan: prints and serializes as `[secret]`. */
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

/** The value with every secret in it laid open. */
export function reveal(value: unknown): unknown {
  return mapSecrets(value, (secret) => reveal(secret.value));
}

/** The value with every secret in it replaced; what has none is given back as it is. */
export function mapSecrets(value: unknown, replace: (secret: Secret) => unknown): unknown {
  if (value instanceof Secret) return replace(value);
  if (Array.isArray(value)) return hasSecret(value) ? value.map((item) => mapSecrets(item, replace)) : value;
  if (typeof value !== "object" || value === null || !hasSecret(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapSecrets(item, replace)]));
}

/** Whether there is a secret anywhere in the value. */
export function hasSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasSecret);
}
