import { runtime } from "@pulumi/pulumi";

import { Secret, hasSecret, mapSecrets } from "./secret";

type Wire = Readonly<Record<string, unknown>>;

/** Parses a property value of the SDK, with its signatures for secrets, assets and resources. */
export function parseValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(parseValue);
  if (typeof value !== "object" || value === null) return value;
  const marked = value as Wire;
  switch (marked[runtime.specialSigKey]) {
    case undefined:
      return Object.fromEntries(Object.entries(marked).map(([key, item]) => [key, parseValue(item)]));
    case runtime.specialSecretSig:
      return new Secret(parseValue(marked.value));
    case runtime.specialResourceSig:
      return marked.id ?? marked.urn;
    default:
      return Object.fromEntries(Object.entries(marked).filter(([key]) => key !== runtime.specialSigKey));
  }
}

/** Renders a property value for the SDK. */
export function renderValue(value: unknown): unknown {
  return mapSecrets(value, (secret) => ({
    [runtime.specialSigKey]: runtime.specialSecretSig,
    value: renderValue(secret.value),
  }));
}

/** Outputs, secret like the input of the same name or if listed: the rule of the engine. */
export function markSecrets(
  outputs: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, unknown>>,
  secretNames: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => {
      if (secretNames.includes(name)) return [name, new Secret(value)];
      return [name, hasSecret(inputs[name]) ? inputs[name] : value];
    }),
  );
}
