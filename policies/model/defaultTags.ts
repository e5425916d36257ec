import { Unknown } from "./value";

/** Default tags of a provider, which receives its inputs as JSON strings. */
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
