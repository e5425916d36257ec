import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command";
import { pythonWithVenv } from "./hostPackages";
import type { BuildContext } from "./store";

/**
 * Installs a requirements file, every line of which carries hashes, into the step's folder (as `PYTHONPATH` wants it).
 * Returns the interpreter that it was installed for.
 */
export async function installRequirements(requirements: string, context: BuildContext): Promise<void> {
  const python = pythonWithVenv();
  if (python === undefined) throw new Error("no Python 3.10 or later with the venv module");
  // pip comes from a throw-away venv: what is installed with --target holds no absolute path and can be renamed.
  const venv = join(context.directory, ".venv");
  mkdirSync(venv, { recursive: true });
  await run([python, "-m", "venv", venv], { log: context.log });
  await run(
    [
      ...[join(venv, "bin/python"), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"],
      ...["--require-hashes", "--only-binary", ":all:", "--no-deps", "--target", context.directory, "-r", requirements],
    ],
    { log: context.log },
  );
  rmSync(venv, { recursive: true });
}
