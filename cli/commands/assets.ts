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
      ["assets build --kubernetes 1.36.3,1.37.1", "for drills of upgrades"],
    ],
  })
    .option("--verify", "check the checksums of files in the cache, too")
    .option("--kubernetes <versions>", "Kubernetes versions that one rehearsal can run, separated by commas")
    .addOption(jsonOption())
    .action(runs((options) => load().buildAssets(options)));

const exportCommand = () =>
  createCommand("export", {
    summary: "write the software of rehearsals to one file",
    description:
      "Builds what is missing and writes it to a tar file, for machines that must not build it: in CI, or offline. The suffix of " +
      "the file decides the compression. Prints the file's SHA-256.",
    examples: [["assets export assets.tar.zst", "for machines of the same architecture"]],
  })
    .argument("<file>", "file to write: .tar, .tar.gz or .tar.zst")
    .addOption(jsonOption())
    .action(runs((file, options) => load().exportAssets(file, options)));

const importCommand = () =>
  createCommand("import", {
    summary: "add the software in a file of assets export",
    description:
      "Adds the results in a file that assets export wrote, after a check of all checksums. Import only files from machines " +
      "that you trust: rehearsals run these programs as root.",
    examples: [["assets import assets.tar.zst", "then holdfast rehearse builds nothing"]],
  })
    .argument("<file>", "file that assets export wrote")
    .option("--sha256 <hex>", "refuse the file if it has another SHA-256")
    .addOption(jsonOption())
    .action(runs((file, options) => load().importAssets(file, options)));

export const create = () =>
  createCommand("assets", {
    summary: "software of rehearsals on this machine",
    examples: [["assets build", "build it"]],
  })
    .usage("<command> [options]")
    .addCommand(build())
    .addCommand(exportCommand())
    .addCommand(importCommand());
