import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { parse } from "yaml";

import { PlanError } from "./problems";

/** Settings in a stack file, by key with namespace. @throws PlanError for a missing or invalid file. */
export async function readStackFile(directory: string, stack: string): Promise<Record<string, unknown>> {
  const path = join(directory, `Pulumi.${stack}.yaml`);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    const stacks = await stackNames(directory);
    throw new PlanError([
      {
        path: `Pulumi.${stack}.yaml`,
        found: "no such file",
        message: stacks.length > 0 ? `choose from the stacks ${stacks.join(", ")}` : `${directory} has no stack files`,
      },
    ]);
  }
  try {
    const document = (parse(text) ?? {}) as { config?: Record<string, unknown> };
    return document.config ?? {};
  } catch (error) {
    const message = error instanceof Error ? error.message : "not YAML";
    throw new PlanError([{ path: `Pulumi.${stack}.yaml`, found: "invalid YAML", message }]);
  }
}

async function stackNames(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []).sort();
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Merges settings over others: merges mappings, replaces other values. */
export function mergeSettings(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    merged[key] = Object.hasOwn(below, key) ? mergeSettings(below[key], value) : value;
  }
  return merged;
}
