import { Option } from "@commander-js/extra-typings";

import { createCommand, jsonOption, runs } from "../command";

const load = () => require("../../operations/versions/command") as typeof import("../../operations/versions/command");

export const create = () =>
  createCommand("versions", {
    summary: "compare the tables of versions with the publishers' releases",
    description:
      "Compares the versions and checksums in components/node with the releases of their publishers. Changes nothing; --update " +
      "adds the newest patch releases. It accepts a checksum only if two sources agree: for Kubernetes the checksum file and the " +
      "signature of the downloaded file, for the ECR credential provider the checksum file and the manifest of its promotion, for the " +
      "others the checksum file of the release and the digest that GitHub computed. GITHUB_TOKEN in the environment raises GitHub's " +
      "limit of 60 requests an hour.",
    examples: [
      ["versions", "newer releases of all components"],
      ["versions --update", "add the newest releases of Kubernetes"],
      ["versions --update etcd containerd", "add the newest releases of other components"],
      ["versions --verify", "compare all checksums with the published ones; exit code 1: one differs"],
    ],
  })
    .argument("[component...]", "with --update: components; default: kubernetes")
    .addOption(new Option("--update", "add the newest patch releases to the tables").conflicts("verify"))
    .option("--verify", "compare all checksums with the published ones")
    .addOption(jsonOption())
    .action(runs((components, options) => load().runVersions(components, options)));
