import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pythonWithVenv } from "./hostPackages";
import { installRequirements } from "./python";
import type { Step } from "./store";

const requirements = join(__dirname, "python/moto.txt");

/** File name of the program in the step's folder. */
export const motoProgram = "moto_server";

const interpreterFile = ".interpreter";

/** Build step of moto, the AWS simulator, with every dependency pinned by hash. */
export const motoServer: Step = {
  name: "moto",
  inputs: [2, readFileSync(requirements, "utf8")],
  needs: [],
  lane: "network",
  stillUsable: (directory) => existsSync(readFileSync(join(directory, interpreterFile), "utf8")),
  async build(context) {
    await installRequirements(requirements, context);
    const python = pythonWithVenv() ?? "";
    const program = join(context.directory, motoProgram);
    writeFileSync(join(context.directory, interpreterFile), python);
    // The launcher finds its folder at run time, because the store renames it. -I -S: only the host's standard library
    // takes part; -B: writes no bytecode into the folder.
    const start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from moto.server import main; main()";
    const launcher = [
      "#!/bin/sh",
      'here=$(dirname "$(readlink -f "$0")")',
      `exec '${python}' -I -S -B -c '${start}' "$here" "$@"`,
    ];
    writeFileSync(program, `${launcher.join("\n")}\n`);
    chmodSync(program, 0o755);
  },
};
