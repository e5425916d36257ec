/**
 * What the policies add to `npm run plan -- prod`, as whole processes with them and without them in turn.
 * `npm run bench:policies [-- runs]` (default 9).
 */
import { spawn } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { runMain } from "../cli/program";
import { median } from "./median";

const root = join(__dirname, "..");
const plan = [join(root, "plan/cli/plan.cjs"), "prod"];
const contestants = {
  with: ["--require", join(__dirname, "resourceUsage.cjs"), ...plan],
  without: [
    "--require",
    join(__dirname, "resourceUsage.cjs"),
    "--require",
    join(__dirname, "withoutPolicies.cjs"),
    ...plan,
  ],
} as const;
type Contestant = keyof typeof contestants;

/** Most that the policies may add. */
const most = 0.15;

interface Usage {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function main(): Promise<number> {
  const runs = Number(process.argv[2] ?? 9);
  const usages: Record<Contestant, Usage[]> = { with: [], without: [] };
  for (const name of ["with", "without"] as const) await measure(name);
  for (let run = 1; run <= runs; run += 1) {
    // Who is first takes turns: what slows one down then slows the other down as often.
    const order = run % 2 === 0 ? (["with", "without"] as const) : (["without", "with"] as const);
    for (const name of order) usages[name].push(await measure(name));
  }
  const line = (figure: keyof Usage, label: string): number => {
    const [have, lack] = [usages.with, usages.without].map((list) => median(list.map((usage) => usage[figure])));
    const added = (have ?? NaN) / (lack ?? NaN) - 1;
    const figures = `with policies ${(have ?? NaN).toFixed(2)}, without ${(lack ?? NaN).toFixed(2)}`;
    process.stdout.write(`${label}: ${figures}, added ${(added * 100).toFixed(1)} %\n`);
    return added;
  };
  process.stdout.write(
    `${cpus().length} cores, load average ${(loadavg()[0] ?? NaN).toFixed(1)}; medians of ${runs}\n`,
  );
  line("seconds", "seconds");
  return line("cpuSeconds", "CPU seconds") <= most ? 0 : 1;
}

async function measure(name: Contestant): Promise<Usage> {
  const started = performance.now();
  const child = spawn(process.execPath, contestants[name], { cwd: root, stdio: ["ignore", "pipe", "inherit", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [output, usage, code] = await Promise.all([
    text(child.stdio[1] as Readable),
    text(child.stdio[3] as Readable),
    ended,
  ]);
  if (code !== 0) throw new Error(`the plan ended with ${String(code)}`);
  const applied = Number(/^Policies: (\d+) rules/m.exec(output)?.[1]);
  if (applied > 0 !== (name === "with")) throw new Error(`${applied} rules were applied in the run ${name} policies`);
  return { seconds: (performance.now() - started) / 1000, ...(JSON.parse(usage) as { cpuSeconds: number }) };
}

runMain(main);
