import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { parseStackFile } from "../../stacks/file/stackFile";
import type { ParsedStackFile } from "../../stacks/file/stackFile";
import { displayPath } from "../../stacks/stackFilePlaces";
import { PlanError } from "./problems";

/** Reads a stack file as Pulumi's engine does. @throws PlanError for a missing or invalid file. */
export async function readStackFile(
  directory: string,
  stack: string,
): Promise<Extract<ParsedStackFile, { readonly ok: true }>> {
  const file = join(directory, `Pulumi.${stack}.yaml`);
  const name = displayPath(file);
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    throw new PlanError([{ path: name, ...(await describeFailure(directory, stack, error as NodeJS.ErrnoException)) }]);
  }
  const parsed = parseStackFile(name, content);
  if (!parsed.ok) throw new PlanError(parsed.problems);
  return parsed;
}

async function describeFailure(directory: string, stack: string, { code, message }: NodeJS.ErrnoException) {
  if (code === "EISDIR") return { found: "a directory", message: "write a file, or remove the directory" };
  if (code !== "ENOENT") return { found: "cannot be read", message };
  const files = await readdir(directory).catch((): string[] => []);
  const other = [`Pulumi.${stack}.yml`, `Pulumi.${stack}.json`].find((name) => files.includes(name));
  if (other !== undefined) return { found: "no such file", message: `Pulumi does not read ${other}; rename it` };
  const stacks = files.flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []).sort();
  const choice = stacks.length > 0 ? `choose from the stacks ${stacks.join(", ")}` : `${directory} has no stack files`;
  return { found: "no such file", message: choice };
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
