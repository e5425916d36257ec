/** Measurements of whole Node.js processes. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

export const root = join(__dirname, "..");

export interface Usage {
  readonly seconds: number;
  /** User and system time of all threads, which other processes on the machine affect little. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** Runs a Node.js program. @param modules modules to preload. @throws if it fails. */
export async function measure(
  command: readonly string[],
  modules: readonly string[] = [],
): Promise<{ readonly usage: Usage; readonly output: string }> {
  const started = performance.now();
  const preload = ["resourceUsage.cjs", ...modules].flatMap((name) => ["--require", join(__dirname, name)]);
  const child = spawn(process.execPath, [...preload, ...command], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [output, usage, code] = await Promise.all([
    text(child.stdio[1] as Readable),
    text(child.stdio[3] as Readable),
    ended,
  ]);
  if (code !== 0) throw new Error(`${command.join(" ")} exited with ${String(code)}`);
  const seconds = (performance.now() - started) / 1000;
  return { output, usage: { seconds, ...(JSON.parse(usage) as Omit<Usage, "seconds">) } };
}

/** Middle value, or the mean of the two middle values; NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
