import { UsageError } from "../program";
import { createCommand, jsonOption, runs, stackText } from "../command";
import { iamOption, machinesOption } from "./rehearse";

const load = () => require("../../rehearsal/cli/rehearse") as typeof import("../../rehearsal/cli/rehearse");

export const create = () =>
  createCommand("drill", {
    summary: "inject faults into a rehearsal and measure the impact",
    description:
      "Injects faults while clients read, write and watch; measures outage, failed writes and recovery, and checks that every answer " +
      "was consistent. Uses the running rehearsal of the stack, or boots one and takes it down. Writes a page with charts. Exit code 1: " +
      "a limit was exceeded, an answer was inconsistent, or an AWS call was refused.",
    examples: [
      ["drill --list", "all drills, and faults that cannot be rehearsed"],
      ["drill staging destroy-volume", "one drill"],
      ["drill staging destroy-volume,cut-off-zone", "several drills"],
      ["drill staging all --markdown", "write docs/drills.md"],
    ],
  })
    .argument("[stack]", stackText)
    .argument("[drill...]", "names of drills, or all")
    .option("--list", "list the drills")
    .option("--markdown", "write the results into docs/drills.md")
    .option("--id <name>", "name of the rehearsal; default: the stack's")
    .addOption(machinesOption())
    .addOption(iamOption())
    .addOption(jsonOption())
    .action(
      runs((stack, drills, options) => {
        if (options.list === true && stack === undefined) return load().listDrills(options.json === true);
        if (stack === undefined || drills.length === 0 || options.list === true) {
          throw new UsageError("specify a stack and drills, or only --list");
        }
        return load().runDrills(stack, drills.join(","), options);
      }),
    );
