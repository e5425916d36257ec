/** Prints a measurement of a boot test. */
export function log(text: string): void {
  process.stderr.write(`${text}\n`);
}
