import {
  bucketOption,
  createCommand,
  jsonOption,
  kubeconfigOption,
  rehearsalOption,
  runs,
  stackText,
} from "../command";

const load = () => require("../../operations/upgrade/command") as typeof import("../../operations/upgrade/command");

const check = () =>
  createCommand("check", {
    summary: "check whether a cluster is ready for a Kubernetes version",
    description:
      "Checks a cluster before an upgrade: skipped versions, settings, nodes, requested APIs that the version does not serve, " +
      "webhooks, disruption budgets, etcd and backups. Changes nothing. Requires kubectl. Exit code 1: a finding is blocking, or " +
      "a check could not run.",
    examples: [
      ["upgrade check prod", "the version of the stack file"],
      ["upgrade check prod 1.37.1", "another version"],
    ],
  })
    .argument("<stack>", stackText)
    .argument("[version]", "Kubernetes version; default: that of the stack file")
    .addOption(kubeconfigOption())
    .addOption(bucketOption())
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, version, options) => load().runUpgradeCheck(stack, version, options)));

export const create = () =>
  createCommand("upgrade", {
    summary: "check whether a cluster is ready for a Kubernetes version",
    examples: [["upgrade check prod 1.37.1", "blocking and advisory findings"]],
  })
    .usage("<command> [options]")
    .addCommand(check());
