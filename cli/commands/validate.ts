import { Option } from "@commander-js/extra-typings";

import {
  bucketOption,
  createCommand,
  jsonOption,
  kubeconfigOption,
  numberIn,
  rehearsalOption,
  runs,
  stackText,
} from "../command";

const load = () => require("../../operations/validate/command") as typeof import("../../operations/validate/command");

export const create = () =>
  createCommand("validate", {
    summary: "check that a cluster matches its settings and is healthy",
    description:
      "Checks control plane, etcd, nodes and their Auto Scaling groups, ages of images, system pods, DNS, certificates, backups and alarms. " +
      "With --cis, checks files, processes and permissions against the CIS Kubernetes Benchmark instead: on all members, and up to " +
      "three workers of each pool, through SSM Run Command. " +
      "Requires kubectl. Exit code 1: a check failed or could not run.",
    examples: [
      ["validate prod", "print all checks"],
      ["validate prod --wait 15 --json", "for pipelines: repeat until valid, at most 15 minutes"],
      ["validate prod --cis", "check against the CIS Kubernetes Benchmark"],
      ["validate staging --rehearsal staging", "check a rehearsal"],
    ],
  })
    .argument("<stack>", stackText)
    .addOption(
      new Option("--cis", "check against the CIS Kubernetes Benchmark (docs/security.md) instead").conflicts("wait"),
    )
    .addOption(
      new Option("--wait <minutes>", "repeat until the cluster is valid, at most this long")
        .argParser(numberIn(0))
        .default(0),
    )
    .addOption(kubeconfigOption())
    .addOption(bucketOption())
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, options) => load().runValidate(stack, options)));
