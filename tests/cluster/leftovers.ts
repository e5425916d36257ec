/** `npm run leftovers` on a booted cluster. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Leftover } from "../../operations/leftovers/leftover";

const run = promisify(execFile);

interface Ended {
  readonly stdout: string;
  readonly code?: number;
}

/** What it finds in the rehearsal of staging with that name, and its exit code. */
export async function leftovers(id: string): Promise<{ readonly code: number; readonly left: readonly Leftover[] }> {
  const command = ["--import", "tsx", join(__dirname, "../../operations/leftovers/cli.ts")];
  const asked: Promise<Ended> = run(process.execPath, [...command, "staging", "--rehearsal", id, "--json"], {
    maxBuffer: 16 << 20,
  });
  // Exit code 1: there is something; the list of it says what.
  const { stdout, code = 0 } = await asked.catch((error: unknown) => error as Ended);
  return { code, left: JSON.parse(stdout) as readonly Leftover[] };
}
