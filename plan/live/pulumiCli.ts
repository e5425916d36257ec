import { execFileSync } from "node:child_process";

/** Largest state that is read, in bytes: a state of 400 pools has less than a tenth of it. */
const maxStateBytes = 1 << 29;

/**
 * Runs the Pulumi CLI and returns its standard output.
 * @param directory working directory: the CLI finds the project there or in a folder around it.
 * @throws Error with the reason.
 */
export function runPulumi(args: readonly string[], directory?: string): string {
  try {
    return execFileSync("pulumi", args, {
      encoding: "utf8",
      cwd: directory,
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: maxStateBytes,
    });
  } catch (error) {
    const { stderr, code } = error as { stderr?: string; code?: string };
    const reason = code === "ENOENT" ? "pulumi is not on PATH" : (stderr ?? String(error)).trim();
    throw new Error(reason, { cause: error });
  }
}
