import { findCli } from "./cli";

/** Prints why the suite is skipped: a list of skipped tests is easily overlooked. */
export default function announce(): void {
  const cli = findCli();
  if ("missing" in cli) process.stdout.write(`Skipping tests with the real engine: ${cli.missing}\n`);
}
