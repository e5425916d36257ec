import { isEncrypted } from "../../components/settings/encrypted";
import { isMapping } from "./environment";

/** Merges settings over others: merges mappings, replaces all other values, encrypted ones included. */
export function mergeSettings(below: unknown, above: unknown): unknown {
  if (!hasSettings(below) || !hasSettings(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    merged[key] = Object.hasOwn(below, key) ? mergeSettings(below[key], value) : value;
  }
  return merged;
}

const hasSettings = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isMapping(value) && !isEncrypted(value);

/** Entries by the bytes of their keys, as Go's encoding/json sorts them. */
export function sortedByBytes(
  entries: readonly (readonly [string, unknown])[],
): readonly (readonly [string, unknown])[] {
  return [...new Map(entries)].sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

/** Settings with all their mappings sorted, as the engine passes them. */
export function sortSettings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortSettings);
  if (!hasSettings(value)) return value;
  return Object.fromEntries(sortedByBytes(Object.entries(value)).map(([key, child]) => [key, sortSettings(child)]));
}
