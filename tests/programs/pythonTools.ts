/** Python programs that judge plans, installed with pinned hashes into the cache of the rehearsal's assets. */
import { spawnSync } from "node:child_process";
import { assetsDirectory } from "../../rehearsal/assets/assets";
import { pythonWithVenv } from "../../rehearsal/assets/hostPackages";
import { type Step, buildSteps } from "../../rehearsal/assets/store";

/** Folders of the steps' results, in their order. */
export async function installedFolders(...steps: readonly Step[]): Promise<readonly string[]> {
  const results = await buildSteps(steps, { directory: assetsDirectory(), verify: false, report: () => undefined });
  return steps.map((step) => results.get(step)?.directory ?? "");
}

/**
 * Runs Python code. Of the host, only the standard library takes part (-I -S); writes no bytecode into the cache (-B).
 * @param args `sys.argv[1:]`
 */
export const runPython = (code: string, args: readonly string[], input = "") =>
  spawnSync(pythonWithVenv() ?? "python3", ["-I", "-S", "-B", "-c", code, ...args], {
    ...{ input, encoding: "utf8", maxBuffer: 64 * 2 ** 20 },
  });
