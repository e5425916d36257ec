/** Settings of a stack, and its outputs as the Pulumi CLI prints them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { ClusterSpec } from "../components/clusterSpec";
import { parseStackFile } from "../stacks/file/stackFile";
import { formatProblems, parseSettings } from "../stacks/settings";
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
  return parseSpec(displayPath(stackFile(stack)), content);
}

/** Cluster of the content of a stack file. @param name of the file, for messages @throws Error with all problems. */
export function parseSpec(name: string, content: Uint8Array | string): ClusterSpec {
  const read = parseStackFile(name, content);
  if (!read.ok) throw new Error(formatProblems(read.problems));
  const { config } = read.file;
  const parsed = parseSettings(config);
  if (!parsed.ok) throw new Error(formatProblems(read.places.locate(parsed.problems, config)));
  return parsed.spec;
}

/**
 * Output of a stack, with secrets in plain text.
 * @throws Error with the reason and `advice`, the way to do without the output.
 */
export function readStackOutput(stack: string, name: string, advice: string): string {
  try {
    const found = execFileSync("pulumi", ["stack", "output", name, "--show-secrets", "--stack", stack], {
      encoding: "utf8",
      env: process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return found.trim();
  } catch (error) {
    const { stderr, code } = error as { stderr?: string; code?: string };
    const reason = code === "ENOENT" ? "pulumi is not on PATH" : (stderr ?? String(error)).trim();
    throw new Error(`cannot read output ${name} of stack ${stack} (${reason}); ${advice}`, { cause: error });
  }
}
