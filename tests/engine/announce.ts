import { findCli } from "./cli";

/** Says in one line that the suite is skipped, and why: a list of skipped tests is easily overlooked. */
export default function announce(): void {
  const cli = findCli();
  if ("missing" in cli) process.stdout.write(`Tests with the real engine are skipped: ${cli.missing}\n`);
}
