/** Places of settings under the engine, which passes no file to the program. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

import type { SettingsProblem } from "../components/settings/problems";
import { parseStackFile } from "./file/stackFile";

/** Path of a file in messages: relative to the current directory, if the file is below it. */
export function displayPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}

/** Adds file and line to problems of a stack's configuration, for values that are in `stacks/Pulumi.<stack>.yaml`. Never throws. */
export function locateInStackFile(
  stack: string,
  config: Readonly<Record<string, unknown>>,
  problems: readonly SettingsProblem[],
): readonly SettingsProblem[] {
  const file = join(__dirname, `Pulumi.${stack}.yaml`);
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch {
    // The settings come from a file elsewhere, or from an environment.
    return problems;
  }
  const parsed = parseStackFile(displayPath(file), content);
  return parsed.ok ? parsed.places.locate(problems, config) : problems;
}
