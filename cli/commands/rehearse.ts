import { InvalidArgumentError, Option } from "@commander-js/extra-typings";

import {
  checksumsOption,
  createCommand,
  fromSourceOption,
  jsonOption,
  numberIn,
  releasesOption,
  runs,
} from "../command";

const load = () => require("../../rehearsal/cli/rehearse") as typeof import("../../rehearsal/cli/rehearse");

/** Options of which each is a different action; a command line has at most one. */
const actions = ["drill", "conformance", "status", "permissions", "kubectl", "pulumi", "shell", "logs", "down"];

const action = <Flags extends string>(flags: Flags, text: string) => {
  const option = new Option(flags, text);
  return option.conflicts(actions.filter((name) => name !== option.attributeName())).helpGroup("Running rehearsals:");
};

export const machinesOption = () =>
  new Option("--machines <group=n>", "initial machines of a group, may be 0; repeatable").argParser(addMachines);

type MachineCounts = Readonly<Record<string, number>>;

function addMachines(text: string, earlier: MachineCounts | undefined): MachineCounts {
  const [, group, count] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (group === undefined) throw new InvalidArgumentError("Write <group>=<number>.");
  return { ...earlier, [group]: Number(count) };
}

export const iamOption = () =>
  new Option("--iam <mode>", "AWS calls without permission: refuse them and fail, or answer and print them")
    .choices(["enforce", "audit"] as const)
    .default("enforce" as const);

export const create = () =>
  createCommand("rehearse", {
    summary: "boot a stack as machines on this Linux host",
    description:
      "Boots the machines of a stack from its plan's user data on this host, and applies its Kubernetes objects. Writes a timeline " +
      "of the boot, timeline.html, to the folder of the rehearsal. Prepares missing software first, with the options of assets build. " +
      "Exit code 1: a machine is not ready, or an object or an AWS call was refused.",
    examples: [
      ["rehearse staging", "boot stacks/Pulumi.staging.yaml"],
      ["rehearse --kubectl -- get pods -A", "run kubectl in the rehearsed cluster"],
      ["rehearse dev --engine", "let the Pulumi engine create the cluster, as on AWS"],
      ["rehearse --pulumi -- up", "update its stack, after --pulumi -- config set"],
      ["rehearse --shell control-plane-a", "open a shell on a machine"],
    ],
  })
    .argument("[stack]", "stack to boot; default: staging")
    .argument("[args...]", "arguments of kubectl, of pulumi, of journalctl, or a command for --shell")
    .option("--id <name>", "name of the rehearsal, to run several; default: the stack's")
    .addOption(machinesOption())
    .addOption(iamOption())
    .addOption(releasesOption().hideHelp())
    .addOption(checksumsOption().hideHelp())
    .addOption(fromSourceOption().hideHelp())
    .addOption(
      new Option("--timeout <seconds>", "time for all machines to become ready").argParser(numberIn(1)).default(600),
    )
    .addOption(new Option("--engine", "let `pulumi up` create everything, with the sizes of the settings"))
    .addOption(
      // With --engine, Helm releases are only recorded.
      new Option("--cilium", "Cilium as the pod network instead of flannel; built once").conflicts([
        "engine",
        ...actions.filter((name) => name !== "conformance"),
      ]),
    )
    .addOption(action("--drill <names>", "run drills, as holdfast drill does; also: list, all"))
    .addOption(new Option("--markdown", "with --drill or --conformance: write the results into docs/").hideHelp())
    .addOption(action("--conformance", "run Kubernetes' conformance suite, with two workers"))
    .addOption(
      new Option("--focus <expression>", "tests of the suite whose names match a regular expression").helpGroup(
        "Running rehearsals:",
      ),
    )
    .addOption(action("--status", "show all rehearsals"))
    .addOption(action("--permissions", "show denied AWS calls, and permissions that no call has used"))
    .addOption(action("--kubectl", "run kubectl in the rehearsed cluster"))
    .addOption(action("--pulumi", "run pulumi on a rehearsal with --engine: up, refresh, destroy, config"))
    .addOption(action("--shell <machine>", "open a shell on a machine, or run a command there"))
    .addOption(action("--logs <machine>", "show the journal of a machine"))
    .addOption(action("--down", "take the rehearsal [stack] down and remove everything"))
    .addOption(jsonOption().helpGroup("Running rehearsals:"))
    .action(runs((stack, args, options) => load().runRehearse(stack === undefined ? args : [stack, ...args], options)));
