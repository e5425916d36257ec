/** Shared parts of all command-line programs: arguments, usage, errors and exit codes. */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** Wrong arguments: the program prints the message with its usage and exits with code 2. */
export class UsageError extends Error {}

export type Options = NonNullable<ParseArgsConfig["options"]>;

/** Parsed options by name, and positional arguments in order. */
export type Arguments<T extends Options> = ReturnType<typeof parseArgs<Config<T>>>;

interface Config<T extends Options> {
  args: string[];
  allowPositionals: true;
  options: T;
}

export interface Program<T extends Options> {
  /** Text of `--help`; ends with a line break. */
  readonly usage: string;
  /** Options besides `--help`. */
  readonly options: T;
  /** Default: the arguments of this process. */
  readonly argv?: readonly string[];
  /** Formats an error other than a UsageError. Default: its message. */
  readonly explain?: (error: unknown) => string;
}

type Main<T extends Options> = (given: Arguments<T>) => Promise<number> | number;

/** Message of an error, without its stack trace. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Prints lines to standard output. @returns exit code 0. */
export function printLines(lines: readonly string[]): number {
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

/** The single positional argument, a stack name. @throws UsageError for none or several. */
export function parseStackArgument([stack, ...others]: readonly string[]): string {
  if (stack === undefined || others.length > 0) throw new UsageError("specify one stack");
  return stack;
}

/**
 * Runs a program. Help goes to standard output, errors go to standard error.
 * @returns exit code of `main`; 0 for help, 1 after an error, 2 after wrong arguments.
 */
export function execute<T extends Options>(program: Program<T>, main: Main<T>): Promise<number> {
  const { usage, explain = messageOf } = program;
  const format = (error: unknown): string =>
    error instanceof UsageError ? `${error.message}\n\n${usage}` : `${explain(error)}\n`;
  return catchErrors(() => {
    const given = parse(program);
    if ((given.values as { readonly help?: boolean }).help !== true) return main(given);
    process.stdout.write(usage);
    return 0;
  }, format);
}

/** Runs a program with the arguments of this process and sets the exit code of this process. */
export function runProgram<T extends Options>(program: Program<T>, main: Main<T>): void {
  // package.json already declares the supported Node.js versions; the SDK's warning would repeat on every command.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  setExitCode(execute(program, main));
}

/** Runs a program without arguments and sets the exit code of this process: 1 after an error. */
export function runMain(main: () => Promise<number> | number): void {
  setExitCode(catchErrors(main, (error) => `${messageOf(error)}\n`));
}

/** @throws UsageError with the message of `parseArgs`. */
function parse<T extends Options>({ options, argv = process.argv.slice(2) }: Program<T>): Arguments<T> {
  const help = { type: "boolean", short: "h" } as const;
  try {
    return parseArgs<Config<T>>({ args: [...argv], allowPositionals: true, options: { ...options, help } });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

async function catchErrors(main: () => Promise<number> | number, format: (error: unknown) => string): Promise<number> {
  try {
    return await main();
  } catch (error) {
    process.stderr.write(format(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Sets `process.exitCode`: `process.exit` would cut off output that is still buffered. */
function setExitCode(code: Promise<number>): void {
  void code.then((found) => {
    process.exitCode = found;
  });
}
