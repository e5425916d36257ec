/** Runs botocore's validator and cfn-lint, installed with pinned hashes into the cache of the rehearsal's assets. */

import { join } from "node:path";
import { motoServer } from "../../../rehearsal/assets/moto";
import { requirementsStep } from "../../../rehearsal/assets/python";
import { installedFolders, runPython } from "../pythonTools";

/** Made by `pip-compile --generate-hashes --strip-extras --no-annotate --no-header cfn-lint.in`. */
const cfnLint = requirementsStep("cfn-lint", join(__dirname, "cfn-lint.txt"));

/** Problem that a judge found in a planned resource. */
export interface Finding {
  readonly resource: string;
  readonly problem: string;
}

/** Runs a judge's script: JSON in, JSON out. @throws with the script's error output */
export type Judge = (script: string, input: unknown) => unknown;

export async function prepareJudges(): Promise<Judge> {
  const folders = [__dirname, ...(await installedFolders(motoServer, cfnLint))];
  const start = "import runpy, sys; sys.path[:0] = sys.argv[2:]; runpy.run_path(sys.argv[1], run_name='__main__')";
  return (script, input) => {
    const { status, stdout, stderr, error } = runPython(
      start,
      [join(__dirname, script), ...folders],
      JSON.stringify(input),
    );
    if (error !== undefined || status !== 0) throw new Error(`${script}: ${error?.message ?? stderr}`);
    return JSON.parse(stdout) as unknown;
  };
}
