/** Runs botocore's validator and cfn-lint, installed with pinned hashes into the cache of the rehearsal's assets. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../../rehearsal/assets";
import { pythonWithVenv } from "../../../rehearsal/assets/hostPackages";
import { motoServer } from "../../../rehearsal/assets/moto";
import { installRequirements } from "../../../rehearsal/assets/python";
import { buildSteps } from "../../../rehearsal/assets/store";
import type { Step } from "../../../rehearsal/assets/store";

const requirements = join(__dirname, "cfn-lint.txt");

/** Made by `pip-compile --generate-hashes --strip-extras --no-annotate --no-header cfn-lint.in`. */
const cfnLint: Step = {
  name: "cfn-lint",
  inputs: [1, readFileSync(requirements, "utf8")],
  needs: [],
  lane: "network",
  build: (context) => installRequirements(requirements, context),
};

/** Problem that a judge found in a planned resource. */
export interface Finding {
  readonly resource: string;
  readonly problem: string;
}

/** Runs a judge's script: JSON in, JSON out. @throws with the script's error output */
export type Judge = (script: string, input: unknown) => unknown;

export async function prepareJudges(): Promise<Judge> {
  const directory = join(cacheDirectory(), "assets");
  const steps = [motoServer, cfnLint];
  const results = await buildSteps(steps, { directory, verify: false, report: () => undefined });
  const folders = [__dirname, ...steps.map((step) => results.get(step)?.directory ?? "")];
  const python = pythonWithVenv() ?? "python3";
  // -I -S: of the host, only the standard library takes part. -B: writes no bytecode into the cache.
  const start = "import runpy, sys; sys.path[:0] = sys.argv[2:]; runpy.run_path(sys.argv[1], run_name='__main__')";
  return (script, input) => {
    const { status, stdout, stderr, error } = spawnSync(
      python,
      ["-I", "-S", "-B", "-c", start, join(__dirname, script), ...folders],
      { input: JSON.stringify(input), encoding: "utf8", maxBuffer: 64 * 2 ** 20 },
    );
    if (error !== undefined || status !== 0) throw new Error(`${script}: ${error?.message ?? stderr}`);
    return JSON.parse(stdout) as unknown;
  };
}
