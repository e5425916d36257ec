import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { prepareCli } from "./cli";

const folder = mkdtempSync(join(tmpdir(), "holdfast-pulumi-"));

/** Prepares the CLI before all tests, and prints which one they use. */
export default async function setup(): Promise<void> {
  const { pulumi } = await prepareCli(folder, (step, state, seconds) => {
    if (state === "start")
      process.stdout.write(`Building ${step} from Go modules takes minutes; it is cached afterwards.\n`);
    if (state === "done") process.stdout.write(`Built ${step} in ${(seconds ?? 0).toFixed(0)} s\n`);
  });
  process.stdout.write(`Testing with ${pulumi}\n`);
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
}
