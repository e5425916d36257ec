import { Unknown } from "./value";

/** The tags in a provider's settings, which it gets as JSON texts. */
export function defaultTagsIn(provider: unknown): unknown {
  if (typeof provider !== "object" || provider === null || provider instanceof Unknown) return provider;
  const { defaultTags } = provider as Readonly<Record<string, unknown>>;
  if (typeof defaultTags !== "string") return defaultTags;
  try {
    return JSON.parse(defaultTags);
  } catch {
    return undefined;
  }
}
