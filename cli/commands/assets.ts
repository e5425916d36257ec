import { Option } from "@commander-js/extra-typings";

import {
  checksumsOption,
  createCommand,
  fromSourceOption,
  jsonOption,
  releasesOption,
  runs,
  stackText,
} from "../command";

const load = () => require("../../rehearsal/assets/command") as typeof import("../../rehearsal/assets/command");
const loadMirror = () => require("../../operations/mirror/command") as typeof import("../../operations/mirror/command");

const build = () =>
  createCommand("build", {
    summary: "prepare images and software of rehearsals, without booting anything",
    description:
      "Prepares the machine image and the software of rehearsals in ~/.cache/holdfast, and prints their paths. Downloads the " +
      "official releases that machines on AWS use if their publishers answer, and verifies their checksums; builds the software " +
      "from Go modules otherwise. HOLDFAST_RELEASES in the environment has the URL of --releases, or none for --from-source. " +
      "Exit code 1: this host cannot boot machines, or a build failed.",
    examples: [
      ["assets build", "download or build what is missing"],
      ["assets build --from-source", "build everything from Go modules"],
      ["assets build --verify", "check the files in the cache, too"],
      ["assets build --kubernetes 1.36.3,1.37.1", "for drills of upgrades"],
    ],
  })
    .option("--verify", "check the checksums of files in the cache, too")
    .option("--kubernetes <versions>", "Kubernetes versions that one rehearsal can run, separated by commas")
    .addOption(releasesOption())
    .addOption(checksumsOption())
    .addOption(fromSourceOption())
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
    .addOption(releasesOption())
    .addOption(checksumsOption())
    .addOption(fromSourceOption())
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

const mirror = () =>
  createCommand("mirror", {
    summary: "list or copy the files and images that a stack's machines download",
    description:
      "Lists what machines of a stack download, or copies it to a mirror for networks without internet access: the files of the " +
      "node bundles, with their checksums, and the images of Kubernetes and of the add-ons, with all platforms. Copies " +
      "only what the mirror lacks. Uses the logins of docker login; for ECR and S3, the credentials of the AWS CLI. The images of " +
      "Helm charts require helm on PATH. With s3:// and a registry, prints the settings of stacks that use the mirror.",
    examples: [
      ["assets mirror prod --list", "files and images of stacks/Pulumi.prod.yaml"],
      ["assets mirror prod --to s3://mirror/prod", "for nodes.assets and nodes.registryMirrors"],
      ["assets mirror prod --to ./mirror", "files, SHA256SUMS, and images as an OCI layout"],
      ["assets mirror prod --to registry.example.com/mirror", "images only; creates repositories in ECR"],
    ],
  })
    .argument("<stack>", stackText)
    .addOption(new Option("--list", "print the list instead of copying").conflicts("to"))
    .option("--to <destination>", "directory, s3://<bucket>/<prefix>, or <registry>/<prefix>")
    .addOption(new Option("--only <kind>", "files or images only").choices(["files", "images"] as const))
    .option("--skip-charts", "leave out the images of Helm charts")
    .option("--from <url>", "copy from this mirror in a bucket instead of the publishers and registries")
    .addOption(jsonOption())
    .action(runs((stack, options) => loadMirror().runMirror(stack, options)));

export const create = () =>
  createCommand("assets", {
    summary: "software of rehearsals on this machine, and mirrors of the software of stacks",
    examples: [
      ["assets build", "build it"],
      ["assets mirror prod --list", "what machines of a stack download"],
    ],
  })
    .usage("<command> [options]")
    .addCommand(build())
    .addCommand(exportCommand())
    .addCommand(importCommand())
    .addCommand(mirror());
