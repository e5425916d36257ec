import { randomInt } from "node:crypto";
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { UsageError } from "../program";
import { createCommand, jsonOption, numberIn, runs, stackText } from "../command";
import { iamOption, machinesOption } from "./rehearse";

const load = () => require("../../rehearsal/cli/rehearse") as typeof import("../../rehearsal/cli/rehearse");

/** Number of seeds. */
const seeds = 2 ** 32;

function integerSeed(text: string): number {
  const seed = numberIn(0, seeds - 1)(text);
  if (Number.isInteger(seed)) return seed;
  throw new InvalidArgumentError("Write an integer.");
}

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
      ["drill staging --soak 60", "random faults for an hour; prints their seed"],
      ["drill staging --soak 60 --seed 7", "the faults of seed 7 again"],
    ],
  })
    .argument("[stack]", stackText)
    .argument("[drill...]", "names of drills, or all")
    .option("--list", "list the drills")
    .option("--markdown", "write the results into docs/drills.md")
    .option("--id <name>", "name of the rehearsal; default: the stack's")
    .addOption(
      new Option("--soak <minutes>", "inject random faults, one after another, for this time").argParser(numberIn(5)),
    )
    .addOption(new Option("--seed <n>", "repeat the faults of the soak with this seed").argParser(integerSeed))
    .addOption(machinesOption())
    .addOption(iamOption())
    .addOption(jsonOption())
    .action(
      runs((stack, drills, options) => {
        if (options.list === true && stack === undefined) return load().listDrills(options.json === true);
        const { soak, seed } = options;
        if (seed !== undefined && soak === undefined)
          throw new UsageError("--seed is only valid with --soak; add that");
        if (stack !== undefined && soak !== undefined && options.list !== true) {
          if (drills.length > 0) throw new UsageError("--soak chooses drills itself; remove their names, or --soak");
          if (options.markdown === true) throw new UsageError("--markdown is only valid with drills; remove it");
          return load().runSoak(stack, { minutes: soak, seed: seed ?? randomInt(seeds) }, options);
        }
        if (stack === undefined || drills.length === 0 || options.list === true) {
          throw new UsageError("specify a stack and drills, a stack and --soak, or only --list");
        }
        return load().runDrills(stack, drills.join(","), options);
      }),
    );
