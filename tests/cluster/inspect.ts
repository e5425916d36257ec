/** `holdfast leftovers` and `holdfast validate` on a booted cluster. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CisReport } from "../../operations/cis/evaluate";
import type { Leftover } from "../../operations/leftovers/leftover";
import type { Validation } from "../../operations/validate/result";

const run = promisify(execFile);

/** JSON output by command. */
interface Findings {
  leftovers: readonly Leftover[];
  validate: Validation;
  "validate --cis": CisReport;
}

interface Ended {
  readonly stdout: string;
  readonly code?: number;
}

/** Runs a command on the rehearsal of staging with this id. @returns its exit code and output. */
export async function inspect<Program extends keyof Findings>(
  program: Program,
  id: string,
): Promise<{ readonly code: number; readonly found: Findings[Program] }> {
  const command = [join(__dirname, "../../cli/holdfast.cjs"), ...program.split(" ")];
  const running: Promise<Ended> = run(process.execPath, [...command, "staging", "--rehearsal", id, "--json"], {
    maxBuffer: 16 << 20,
  });
  // Exit code 1 means leftovers, or an invalid cluster; the output has the details.
  const { stdout, code = 0 } = await running.catch((error: unknown) => error as Ended);
  return { code, found: JSON.parse(stdout) as Findings[Program] };
}
