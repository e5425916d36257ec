/** `npm run validate` on a booted cluster. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Validation } from "../../operations/validate/result";

const run = promisify(execFile);

/** What it finds in the rehearsal of staging with that name. */
export async function validate(id: string): Promise<Validation> {
  const command = ["--import", "tsx", join(__dirname, "../../operations/validate/cli.ts")];
  const options = ["staging", "--rehearsal", id, "--json"];
  const found = run(process.execPath, [...command, ...options], { maxBuffer: 16 << 20 });
  // Exit code 1: it is not valid, and says why.
  const { stdout } = await found.catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout) as Validation;
}

/** What is not as it should be, in words. */
export const failures = ({ checks }: Validation): readonly string[] =>
  checks
    .filter(({ verdict }) => verdict === "failed" || verdict === "unknown")
    .map(({ area, subject, message }) => `${area}, ${subject}: ${message}`);
