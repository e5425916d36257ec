/** Tells the person at the terminal what a boot test measured. */
export function log(text: string): void {
  process.stderr.write(`${text}\n`);
}
