/** Parts that the definitions of all commands share: help, options, exit codes. Loads quickly: every start of `holdfast` needs it. */
import { Command, type CommandUnknownOpts, InvalidArgumentError, Option } from "@commander-js/extra-typings";

import { alignColumns } from "./columns";

/** Name of the program in help and messages. */
export const programName = "holdfast";

export interface CommandHelp {
  /** One line in the list of commands. */
  readonly summary: string;
  /** Text below the usage line. Default: the summary. */
  readonly description?: string;
  /** Command lines without `holdfast`, each with its effect. */
  readonly examples?: readonly (readonly [command: string, effect: string])[];
}

/** Command with help. Its options and its action are added by the caller. */
export function createCommand(name: string, { summary, description = summary, examples = [] }: CommandHelp) {
  const command = new Command(name).summary(summary).description(description);
  return examples.length === 0 ? command : command.addHelpText("after", formatExamples(examples));
}

function formatExamples(examples: readonly (readonly [command: string, effect: string])[]): string {
  const rows = examples.map(([line, effect]) => [`  ${programName} ${line}`, `# ${effect}`]);
  return `\nExamples:\n${alignColumns(rows).join("\n")}`;
}

/** Last command whose action ran, and its exit code. One command runs per process; tests run them one after another. */
export const lastRun: { command: CommandUnknownOpts | undefined; exitCode: number } = {
  command: undefined,
  exitCode: 0,
};

/** Action that returns the exit code of the process. The last argument of an action is its command. */
export function runs<Args extends readonly unknown[]>(
  run: (...args: Args) => Promise<number> | number,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    lastRun.command = args.at(-1) as CommandUnknownOpts;
    lastRun.exitCode = await run(...args);
  };
}

export const stackText = "name of the stack: <stack> of stacks/Pulumi.<stack>.yaml";

export const jsonOption = () => new Option("--json", "print one JSON document");

export const releasesOption = () =>
  new Option(
    "--releases <url>",
    "take official releases from this mirror, which assets mirror --to s3://… filled; default: from the publishers, if they answer",
  );

export const checksumsOption = () =>
  new Option("--checksums <file>", "with --releases: checksums of the mirror's own builds, in the format of sha256sum");

export const fromSourceOption = () =>
  new Option("--from-source", "build the software from Go modules").conflicts("releases");

export const rehearsalOption = () => new Option("--rehearsal <id>", "use a running rehearsal instead of AWS");

export const kubeconfigOption = () =>
  new Option("--kubeconfig <file>", "use this kubeconfig instead of the stack's output");

export const bucketOption = () =>
  new Option("--bucket <name>", "bucket of the backups; default: output backupsBucket of the stack");

/** Parser of an option that may be repeated. */
export const collect = (value: string, earlier: readonly string[] | undefined): readonly string[] => [
  ...(earlier ?? []),
  value,
];

/** Parser of a number from `min` to `max`. */
export const numberIn =
  (min: number, max = Infinity) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() !== "" && number >= min && number <= max && Number.isFinite(number)) return number;
    throw new InvalidArgumentError(`Write a number from ${min}${max === Infinity ? " up" : ` to ${max}`}.`);
  };
