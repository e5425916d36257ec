import { bucketOption, createCommand, jsonOption, rehearsalOption, runs, stackText } from "../command";

const load = () => require("../../operations/etcd/command") as typeof import("../../operations/etcd/command");

const backups = () =>
  createCommand("backups", {
    summary: "list the backups",
    description: "Lists the backups of a cluster: age, generation, revision, size, tiers and key.",
    examples: [
      ["etcd backups prod", "the newest 20"],
      ["etcd backups prod --all --json", "all, as JSON"],
    ],
  })
    .argument("<stack>", stackText)
    .option("--all", "list all, not only the newest 20")
    .addOption(bucketOption())
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, options) => load().runBackups(stack, options)));

const restore = () =>
  createCommand("restore", {
    summary: "write the setting that restores a backup",
    description:
      "Checks a backup, describes the data loss and writes the setting etcd.restore into the stack file; the next pulumi up " +
      "restores the backup on all members. With --rehearsal, the restore starts at once.",
    examples: [
      ["etcd restore prod latest", "the newest backup"],
      ["etcd restore prod snapshot.db", "a snapshot file, which is uploaded"],
    ],
  })
    .argument("<stack>", stackText)
    .argument("<backup>", "key of a backup, path of a snapshot file, or latest")
    .addOption(bucketOption())
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, backup, options) => load().runRestore(stack, backup, options)));

const status = () =>
  createCommand("status", {
    summary: "show backups, members and alarms",
    description: "Shows the newest backups, the members and the alarms of etcd. Exit code 1: action is required.",
    examples: [["etcd status prod", "status of the cluster of a stack"]],
  })
    .argument("<stack>", stackText)
    .addOption(bucketOption())
    .addOption(rehearsalOption())
    .addOption(jsonOption())
    .action(runs((stack, options) => load().runStatus(stack, options)));

export const create = () =>
  createCommand("etcd", {
    summary: "list and restore etcd backups; status of etcd",
    examples: [
      ["etcd status prod", "newest backups, members and alarms"],
      ["etcd restore prod latest", "write the setting that restores the newest backup"],
    ],
  })
    .usage("<command> [options]")
    .addCommand(backups())
    .addCommand(restore())
    .addCommand(status());
