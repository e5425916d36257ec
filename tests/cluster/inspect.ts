/** What `npm run leftovers` and `npm run validate` find on a booted cluster. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Leftover } from "../../operations/leftovers/leftover";
import type { Validation } from "../../operations/validate/result";

const run = promisify(execFile);

/** By the program's folder in operations. */
interface Findings {
  leftovers: readonly Leftover[];
  validate: Validation;
}

interface Ended {
  readonly stdout: string;
  readonly code?: number;
}

/** What a program finds in the rehearsal of staging with that name, and its exit code. */
export async function inspect<Program extends keyof Findings>(
  program: Program,
  id: string,
): Promise<{ readonly code: number; readonly found: Findings[Program] }> {
  const command = ["--import", "tsx", join(__dirname, "../../operations", program, "cli.ts")];
  const asked: Promise<Ended> = run(process.execPath, [...command, "staging", "--rehearsal", id, "--json"], {
    maxBuffer: 16 << 20,
  });
  // Exit code 1: something is left, or not valid; what it has found says what.
  const { stdout, code = 0 } = await asked.catch((error: unknown) => error as Ended);
  return { code, found: JSON.parse(stdout) as Findings[Program] };
}
