/** Tells the person at the terminal what a boot test measured. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
