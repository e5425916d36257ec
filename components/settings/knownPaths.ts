import type { z } from "zod";

/** Form of a key in which spellings of other tools are equal: `node_pools`, `node-pools` and `nodePools`. */
export const normalizeKey = (key: string): string => key.toLowerCase().replaceAll(/[_-]/g, "");

/** Paths below `cluster` of all settings with a fixed path, by their last key in normalized form. */
export function indexPaths(schema: z.core.$ZodType): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  for (const path of pathsOf(schema, "cluster")) {
    const key = normalizeKey(path.slice(path.lastIndexOf(".") + 1));
    const paths = index.get(key) ?? [];
    if (!paths.includes(path)) paths.push(path);
    index.set(key, paths);
  }
  return index;
}

/** Paths of mappings with fixed keys; lists and mappings with names of the user have none. */
function* pathsOf(schema: z.core.$ZodType, path: string): Iterable<string> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      for (const [key, child] of Object.entries(def.shape)) {
        yield `${path}.${key}`;
        yield* pathsOf(child, `${path}.${key}`);
      }
      return;
    case "optional":
    case "default":
    case "prefault":
      yield* pathsOf(def.innerType, path);
      return;
    case "pipe":
      yield* pathsOf(def.in, path);
      return;
    case "union":
      for (const option of def.options) yield* pathsOf(option, path);
  }
}
