/** Shared parts of all commands and scripts: output, errors and exit codes. */

/** This is a clone, not the npm package. Rehearsals build their software from the sources of a clone. */
export const isClone = __filename.endsWith(".ts");

/** Wrong arguments: exit code 2. */
export class UsageError extends Error {}

/** Message of an error, without its stack trace. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Prints lines to standard output. @returns exit code 0. */
export function printLines(lines: readonly string[]): number {
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

/** Prints a value as one JSON document to standard output, which holds nothing else. @returns exit code 0. */
export const printJson = (value: unknown): number => printLines([JSON.stringify(value, undefined, 2)]);

/** Sets `process.exitCode`: `process.exit` would cut off output that is still buffered. */
export function setExitCode(code: Promise<number>): void {
  void code.then((found) => {
    process.exitCode = found;
  });
}

/** Runs a script without arguments and sets the exit code of this process: 1 after an error. */
export function runMain(main: () => Promise<number> | number): void {
  setExitCode(
    Promise.resolve()
      .then(main)
      .catch((error: unknown) => {
        process.stderr.write(`${messageOf(error)}\n`);
        return 1;
      }),
  );
}
