import { createCommand, jsonOption, runs } from "../command";

const load = () => require("../../operations/settings/command") as typeof import("../../operations/settings/command");

const explain = () =>
  createCommand("explain", {
    summary: "explain a setting, or all settings of a section",
    description: "Explains a setting, or all settings of a section: description, allowed values, unit and default.",
    examples: [
      ["settings explain workers.general.max", "one setting"],
      ["settings explain etcd.backups", "a section"],
    ],
  })
    .argument("<path>", "path of the setting, with or without cluster.")
    .addOption(jsonOption())
    .action(runs((path, options) => load().explain(path, options)));

const reference = () =>
  createCommand("reference", {
    summary: "print the reference of all settings as Markdown",
    description: "Prints the reference of all settings as Markdown: docs/settings.md.",
    examples: [["settings reference --json", "the same as a list of settings"]],
  })
    .addOption(jsonOption())
    .action(runs((options) => load().printReference(options)));

const schema = () =>
  createCommand("schema", {
    summary: "print the JSON Schema of stack files",
    description:
      "Prints the JSON Schema of stack files, with which editors complete and validate them: stacks/schema.json.",
    examples: [["settings schema > schema.json", "for stack files in another folder"]],
  }).action(runs(() => load().printSchema()));

export const create = () =>
  createCommand("settings", {
    summary: "explain settings; reference and JSON Schema of stack files",
    examples: [
      ["settings explain etcd.volume.iops", "explain one setting"],
      ["settings schema > schema.json", "write the JSON Schema"],
    ],
  })
    .usage("<command> [options]")
    .addCommand(explain())
    .addCommand(reference())
    .addCommand(schema());
