/** What programs for the command line have in common: arguments, usage, errors and exit codes. */

import { parseArgs } from "node:util";
import type { ParseArgsConfig } from "node:util";

/** Wrong use of a program: what is wrong is told with the program's usage, and the exit code is 2. */
export class UsageError extends Error {}

export type Options = NonNullable<ParseArgsConfig["options"]>;

/** Values of a program's options by their names, and what else was given, in order. */
export type Arguments<T extends Options> = ReturnType<typeof parseArgs<Config<T>>>;

interface Config<T extends Options> {
  args: string[];
  allowPositionals: true;
  options: T;
}

export interface Program<T extends Options> {
  /** What `--help` prints; ends with a line break. */
  readonly usage: string;
  /** Options besides `--help`. */
  readonly options: T;
  /** By default the arguments of this process. */
  readonly argv?: readonly string[];
  /** What is told of an error that is none of use; by default its message. */
  readonly explain?: (error: unknown) => string;
}

type Main = () => Promise<number> | number;

/** What went wrong, without where. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Prints lines to standard output. @returns the exit code of a program that has nothing more to say. */
export function printLines(lines: readonly string[]): number {
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

/**
 * The stack that a program is about.
 * @throws UsageError when none is named, or anything besides.
 */
export function parseStackArgument([stack, ...others]: readonly string[]): string {
  if (stack === undefined || others.length > 0) throw new UsageError("name one stack");
  return stack;
}

/**
 * The exit code of a program: what `main` says, 0 for help, 1 after an error, 2 after wrong use. Help goes to standard output,
 * all else to standard error.
 */
export function execute<T extends Options>(
  program: Program<T>,
  main: (given: Arguments<T>) => Promise<number> | number,
): Promise<number> {
  const { usage, explain = messageOf } = program;
  const told = (error: unknown): string =>
    error instanceof UsageError ? `${error.message}\n\n${usage}` : `${explain(error)}\n`;
  return outcome(() => {
    const given = parse(program);
    if ((given.values as { readonly help?: boolean }).help !== true) return main(given);
    process.stdout.write(usage);
    return 0;
  }, told);
}

/** Runs a program that reads its arguments as `program` says; this process ends with its exit code. */
export function runProgram<T extends Options>(
  program: Program<T>,
  main: (given: Arguments<T>) => Promise<number> | number,
): void {
  // The engines in package.json say which Node.js this takes; who runs a program has other worries.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  endWith(execute(program, main));
}

/** Runs a program that has no usage: this process ends with what `main` says, and with 1 after an error, which is told. */
export function runMain(main: Main): void {
  endWith(outcome(main, (error) => `${messageOf(error)}\n`));
}

/** @throws UsageError in Node's own words. */
function parse<T extends Options>({ options, argv = process.argv.slice(2) }: Program<T>): Arguments<T> {
  const help = { type: "boolean", short: "h" } as const;
  try {
    return parseArgs<Config<T>>({ args: [...argv], allowPositionals: true, options: { ...options, help } });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

async function outcome(main: Main, told: (error: unknown) => string): Promise<number> {
  try {
    return await main();
  } catch (error) {
    process.stderr.write(told(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Not `process.exit`: what was written is read to its end. */
function endWith(code: Promise<number>): void {
  void code.then((found) => {
    process.exitCode = found;
  });
}
