import { InvalidArgumentError, Option } from "@commander-js/extra-typings";

import { createCommand, jsonOption, numberIn, runs } from "../command";

const load = () => require("../../operations/new/command") as typeof import("../../operations/new/command");

export const create = () =>
  createCommand("new", {
    summary: "write a stack file from flags or answers",
    description:
      "Writes a stack file that plan and policies accept. On a terminal, asks for what the flags leave open; otherwise uses " +
      "the defaults of the profile: development has one zone and spot workers, staging three zones, production three zones, " +
      "external etcd, a NAT gateway per zone and protected data.",
    examples: [
      ["new prod", "ask questions"],
      ["new prod --region eu-west-1 --tag owner=platform --tag cost-center=4711 --yes", "ask nothing"],
      ["new dev --region us-east-1 --yes --print", "write no file"],
    ],
  })
    .argument("<stack>", "name of the stack; the file is stacks/Pulumi.<stack>.yaml")
    .addOption(
      new Option("--profile <profile>", "defaults of all other flags; default: by the stack's name").choices([
        "development",
        "staging",
        "production",
      ] as const),
    )
    .option("--region <region>", "AWS region; default: AWS_REGION")
    .option("--name <name>", "name of the cluster; default: the stack's")
    .option("--kubernetes-version <version>", "default: that of the settings")
    .addOption(new Option("--zones <number>", "availability zones, 1 to 3").argParser(wholeNumberIn(1, 3)))
    .addOption(new Option("--members <number>", "control-plane machines").choices(["1", "3", "5"] as const))
    .addOption(
      new Option("--etcd <topology>", "on the control plane, or on machines of its own").choices([
        "stacked",
        "external",
      ] as const),
    )
    .addOption(new Option("--nat <mode>", "NAT gateways: one per zone, or one").choices(["perZone", "single"] as const))
    .addOption(new Option("--arch <architecture>", "of all machines").choices(["amd64", "arm64"] as const))
    .addOption(new Option("--min <number>", "minimum number of workers").argParser(wholeNumberIn(0, 200)))
    .addOption(new Option("--max <number>", "maximum number of workers").argParser(wholeNumberIn(1, 200)))
    .option("--spot", "spot workers")
    .option("--no-spot", "on-demand workers")
    .option("--protect", "protect volumes, keys and backups from pulumi destroy")
    .option("--no-protect", "allow pulumi destroy")
    .addOption(new Option("--tag <key=value>", "tag of all AWS resources; repeatable").argParser(addTag))
    .option("--yes", "ask nothing")
    .option("--print", "print the file instead of writing it")
    .option("--force", "overwrite an existing file")
    .option("--stacks <dir>", "folder of the stack files; default: stacks/ of Holdfast")
    .addOption(jsonOption())
    .action(runs((stack, options) => load().runNew(stack, options)));

function addTag(text: string, earlier: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError("Write <key>=<value>.");
  return { ...earlier, [key]: value };
}

function wholeNumberIn(min: number, max: number): (text: string) => number {
  const parse = numberIn(min, max);
  return (text) => parse(/^\d+$/.test(text) ? text : "");
}
