/** Time of `pulumi preview` and `pulumi up` with the real engine. `npm run bench:engine [-- runs]` (default 1); see README.md. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { alignColumns } from "../cli/columns";
import { runMain } from "../cli/program";
import { planStack } from "../plan/planStack";
import { prepareCli } from "../tests/engine/cli";
import { Workspace } from "../tests/engine/workspace";
import { median } from "./measure";

const stack = "staging";
const operations = ["preview", "up", "up again", "destroy"] as const;
type Operation = (typeof operations)[number];
type Times = Record<Operation, number[]>;

/** Goal of the ratio to the floor. */
const limit = 1.2;
const limited: readonly Operation[] = ["preview", "up"];

const noTimes = (): Times => ({ preview: [], up: [], "up again": [], destroy: [] });

async function main(): Promise<number> {
  const runs = Number(process.argv[2] ?? 1);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-pulumi-"));
  try {
    await prepareCli(folder, (step, state) => {
      process.stderr.write(`${step}: ${state}\n`);
    });
    const { resources } = await planStack(stack);
    const components = resources.filter(({ id }) => id === undefined).length;
    // Every program has the stack component.
    process.env.BENCH_COMPONENTS = String(components - 1);
    process.env.BENCH_RESOURCES = String(resources.length - components);
    const times = { cluster: noTimes(), floor: noTimes() };
    for (let run = 1; run <= runs; run += 1) {
      for (const subject of run % 2 === 0 ? (["floor", "cluster"] as const) : (["cluster", "floor"] as const)) {
        await measure(subject, times[subject]);
      }
    }
    const ratio = (operation: Operation): number => median(times.cluster[operation]) / median(times.floor[operation]);
    const rows = operations.map((operation) => [
      operation,
      median(times.cluster[operation]).toFixed(1),
      median(times.floor[operation]).toFixed(1),
      ratio(operation).toFixed(2),
    ]);
    process.stdout.write(
      [
        `Node ${process.versions.node}, ${cpus().length} cores, load average ${(loadavg()[0] ?? NaN).toFixed(1)}; ` +
          `${stack}, ${resources.length} resources; medians of ${runs}`,
        ...alignColumns([["", "seconds", "floor", "ratio"], ...rows]),
        "",
      ].join("\n"),
    );
    return limited.every((operation) => ratio(operation) <= limit) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(subject: "cluster" | "floor", times: Times): Promise<void> {
  const workspace = new Workspace();
  try {
    await workspace.prepare();
    if (subject === "floor") workspace.replaceProgram(readFileSync(join(__dirname, "engineFloor.cjs"), "utf8"));
    await workspace.mustRun("stack", "init", stack);
    for (const operation of operations) {
      const run = await workspace.run(operation === "up again" ? "up" : operation, stack);
      if (run.code !== 0) throw new Error(run.text);
      times[operation].push(run.seconds);
      process.stderr.write(`${subject}: ${operation} ${run.seconds.toFixed(1)} s\n`);
    }
  } finally {
    workspace.remove();
  }
}

runMain(main);
