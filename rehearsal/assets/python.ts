import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "../command";
import { pythonWithVenv } from "./hostPackages";
import type { BuildContext, Step } from "./store";

/** Installs a requirements file with hashes into the step's folder, usable as PYTHONPATH. */
export async function installRequirements(requirements: string, context: BuildContext): Promise<void> {
  const python = pythonWithVenv();
  if (python === undefined) {
    throw new Error(
      "this host has no Python 3.10 or later with the venv module; install python3-venv or its equivalent",
    );
  }
  // pip runs from a temporary venv: --target contains no absolute paths, so the folder can be renamed.
  const venv = join(context.directory, ".venv");
  mkdirSync(venv, { recursive: true });
  await build([python, "-m", "venv", venv], { log: context.log });
  const pip = [join(venv, "bin/python"), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"];
  const from = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--target", context.directory];
  await build([...pip, ...from, "-r", requirements], { log: context.log });
  rmSync(venv, { recursive: true });
}

/** Build step of a requirements file with hashes. @param requirements its path */
export const requirementsStep = (name: string, requirements: string): Step => ({
  name,
  inputs: [1, readFileSync(requirements, "utf8")],
  needs: [],
  lane: "network",
  build: (context) => installRequirements(requirements, context),
});
