/** Settings of a stack, and its outputs as the Pulumi CLI prints them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { messageOf } from "../cli/program";
import type { ClusterSpec } from "../components/clusterSpec";
import { runPulumi } from "../plan/live/pulumiCli";
import { parseStackFile } from "../stacks/file/stackFile";
import { formatProblems, parseSettings } from "../stacks/settings";
import type { ParsedSettings } from "../stacks/settings";
import { resolveConfig } from "../stacks/stackConfig";
import { displayPath } from "../stacks/stackFilePlaces";
import { stacksFolder } from "../stacks/stacksFolder";

/** Path of a stack file. */
export const stackFile = (stack: string): string => join(stacksFolder, `Pulumi.${stack}.yaml`);

/** Cluster that a stack file describes. @throws Error if the file does not exist or its settings are invalid. */
export function readClusterSpec(stack: string): ClusterSpec {
  let content: Buffer;
  try {
    content = readFileSync(stackFile(stack));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === "ENOENT" ? "does not exist" : `cannot be read: ${message}`;
    throw new Error(`stacks/Pulumi.${stack}.yaml ${problem}`, { cause: error });
  }
  return parseSpec(stack, displayPath(stackFile(stack)), content);
}

/** Cluster of the content of a stack file. @param name of the file, for messages @throws Error with all problems. */
export function parseSpec(stack: string, name: string, content: Uint8Array | string): ClusterSpec {
  const parsed = parseStackSettings(stack, name, content);
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
  return parsed.spec;
}

/**
 * Settings of the content of a stack file and of its environment. Never throws.
 * @param change of the configuration, by key with namespace
 */
export function parseStackSettings(
  stack: string,
  name: string,
  content: Uint8Array | string,
  change: (config: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> = (config) => config,
): ParsedSettings {
  const read = parseStackFile(name, content);
  if (!read.ok) return read;
  const resolved = resolveConfig(stack, read.file);
  if (!resolved.ok) return { ok: false, problems: read.places.locate(resolved.problems, read.file.config) };
  const config = change(resolved.config);
  const parsed = parseSettings(config);
  return parsed.ok ? parsed : { ok: false, problems: read.places.locate(parsed.problems, config) };
}

/**
 * Output of a stack, with secrets in plain text.
 * @throws Error with the reason and `advice`, the way to do without the output.
 */
export function readStackOutput(stack: string, name: string, advice: string): string {
  try {
    return runPulumi(["stack", "output", name, "--show-secrets", "--stack", stack]).trim();
  } catch (error) {
    throw new Error(`cannot read output ${name} of stack ${stack} (${messageOf(error)}); ${advice}`, { cause: error });
  }
}
