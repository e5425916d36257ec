import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import type { StackFile } from "../../stacks/file/config";
import type { SettingPlaces } from "../../stacks/file/places";
import { parseStackFile } from "../../stacks/file/stackFile";
import { resolveConfig } from "../../stacks/stackConfig";
import { displayPath } from "../../stacks/stackFilePlaces";
import { PlanError } from "./problems";

export interface ReadStackFile {
  readonly file: StackFile;
  /** Configuration of the file and of its environment. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly places: SettingPlaces;
}

/** Reads a stack file as Pulumi's engine does. @throws PlanError for a missing or invalid file, or an unknown environment. */
export async function readStackFile(directory: string, stack: string): Promise<ReadStackFile> {
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
  const { file: read, places } = parsed;
  const resolved = resolveConfig(stack, read);
  if (!resolved.ok) throw new PlanError(places.locate(resolved.problems, read.config));
  return { file: read, config: resolved.config, places };
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
