/** Commands of the tree, for tests. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";

import { createProgram } from "../../cli/main";

/** Command line of a command without arguments: `holdfast etcd status`. */
export const pathOf = (command: CommandUnknownOpts): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** The program and all visible commands below it, those with commands of their own included. */
export function commandLines(program = createProgram()): readonly CommandUnknownOpts[] {
  const below = program.createHelp().visibleCommands(program) as readonly CommandUnknownOpts[];
  return [program, ...below.flatMap((command) => commandLines(command))];
}

/** Commands that run something. */
export const leafCommands = (program = createProgram()): readonly CommandUnknownOpts[] =>
  commandLines(program).filter(({ commands }) => commands.length === 0);
