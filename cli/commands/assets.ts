import { createCommand, jsonOption, runs } from "../command";

const load = () => require("../../rehearsal/assets/command") as typeof import("../../rehearsal/assets/command");

const build = () =>
  createCommand("build", {
    summary: "build images and software of rehearsals, without booting anything",
    description:
      "Builds the machine image and the software of rehearsals in ~/.cache/holdfast, and prints their paths. " +
      "Exit code 1: this host cannot boot machines, or a build failed.",
    examples: [
      ["assets build", "build what is missing"],
      ["assets build --verify", "check the files in the cache, too"],
    ],
  })
    .option("--verify", "check the checksums of files in the cache, too")
    .addOption(jsonOption())
    .action(runs((options) => load().buildAssets(options)));

export const create = () =>
  createCommand("assets", {
    summary: "software of rehearsals on this machine",
    examples: [["assets build", "build it"]],
  })
    .usage("<command> [options]")
    .addCommand(build());
