/** What a stack says of itself: its settings, and its outputs where a Pulumi CLI can be asked. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import type { ClusterSpec } from "../components/clusterSpec";
import { formatProblems, parseSettings } from "../stacks/settings";

/** Path of a stack's file. */
export const stackFile = (stack: string): string => join(__dirname, "../stacks", `Pulumi.${stack}.yaml`);

/**
 * The cluster that a stack's settings describe.
 * @throws Error when there is no such stack, or its settings are wrong.
 */
export function readClusterSpec(stack: string): ClusterSpec {
  let text: string;
  try {
    text = readFileSync(stackFile(stack), "utf8");
  } catch (error) {
    throw new Error(`there is no stacks/Pulumi.${stack}.yaml`, { cause: error });
  }
  const { config = {} } = parse(text) as { config?: Record<string, unknown> };
  const parsed = parseSettings(config);
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
  return parsed.spec;
}

/**
 * An output of the stack, secrets in the clear.
 * @throws Error that says why there is none, and `otherwise`: what to do instead.
 */
export function readStackOutput(stack: string, name: string, otherwise: string): string {
  try {
    const found = execFileSync("pulumi", ["stack", "output", name, "--show-secrets", "--stack", stack], {
      encoding: "utf8",
      env: process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return found.trim();
  } catch (error) {
    const { stderr, code } = error as { stderr?: string; code?: string };
    const why = code === "ENOENT" ? "there is no Pulumi CLI here" : (stderr ?? String(error)).trim();
    throw new Error(`the stack's output ${name} cannot be read (${why}); ${otherwise}`, { cause: error });
  }
}
