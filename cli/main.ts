/** The command `holdfast`: tree of all commands, and its run with exit codes. */
import { CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";

import { createCommand, lastRun, programName } from "./command";
import { commandGroups, loadCommand } from "./commandTable";
import { UsageError, messageOf, setExitCode } from "./program";

/** Exit codes of all commands; `tunnel` and `rehearse --kubectl` have those of the command that they run. */
export const exitCodes = { success: 0, problems: 1, usage: 2 } as const;

/** Command of the completion scripts. */
const hiddenCommand = "complete";

/** Width of help where standard output is no terminal. */
const helpWidth = 100;

/**
 * Tree of commands. Each definition is a module of its own: with `only`, the tree has this command alone, which is much faster
 * to load than all.
 */
export function createProgram(only?: string): CommandUnknownOpts {
  const program = createCommand(programName, {
    summary: "",
    description: "Kubernetes clusters on AWS: plan, rehearse and operate the clusters of stack files.",
  })
    .usage("<command> [options]")
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      getOutHelpWidth: () => widthOf(process.stdout),
      getErrHelpWidth: () => widthOf(process.stderr),
      writeOut: (text) => void process.stdout.write(text),
      writeErr: (text) => void process.stderr.write(text),
      outputError: (text, write) => {
        write(text.replace(/^error: /, ""));
      },
    })
    .helpCommand(false)
    .addHelpText(
      "after",
      `\nExit codes: 0 success, 1 problems found or an error, 2 wrong usage.\nRun ${programName} <command> --help for the options and examples of a command.`,
    );
  for (const [heading, names] of Object.entries(commandGroups)) {
    program.commandsGroup(`${heading}:`);
    for (const name of names) if (only === undefined || only === name) program.addCommand(loadCommand(name));
  }
  if (only === undefined) program.addCommand(loadCommand(hiddenCommand), { hidden: true });
  inherit(program);
  return program;
}

const widthOf = ({ isTTY, columns }: NodeJS.WriteStream): number => (isTTY ? columns : helpWidth);

/** Passes the settings of a command to those below it. An error names the help of its own command. */
function inherit(command: CommandUnknownOpts, path = programName): void {
  command.showHelpAfterError(`Run ${path} --help for usage.`);
  for (const each of command.commands) {
    each.copyInheritedSettings(command);
    if (each.commands.length > 0) each.helpCommand(false);
    inherit(each, `${path} ${each.name()}`);
  }
}

/** Runs a command line, without the name of the program. @returns the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const [name = ""] = argv;
  const isVisible = Object.values(commandGroups).some((names) => names.includes(name));
  Object.assign(lastRun, { command: undefined, exitCode: exitCodes.success });
  try {
    await createProgram(isVisible ? name : undefined).parseAsync(argv, { from: "user" });
    return lastRun.exitCode;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof UsageError) {
    const path = pathOf(lastRun.command);
    process.stderr.write(`${error.message}\nRun ${path} --help for usage.\n`);
    return exitCodes.usage;
  }
  // Commander has printed its own errors and help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  const trace = process.env.HOLDFAST_TRACE !== undefined && error instanceof Error ? error.stack : undefined;
  process.stderr.write(`${trace ?? messageOf(error)}\n`);
  return exitCodes.problems;
}

function pathOf(command: CommandUnknownOpts | null | undefined): string {
  if (!command?.parent) return programName;
  return `${pathOf(command.parent)} ${command.name()}`;
}

/** Runs the command line of this process and sets its exit code. */
export function main(): void {
  // package.json already declares the supported Node.js versions; the SDK's warning would repeat on every command.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  // A reader such as `head` closes the pipe early.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  setExitCode(run(process.argv.slice(2)));
}
