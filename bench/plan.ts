/**
 * Seconds and memory of `npm run plan` for prod and for 10, 100 and 1,000 worker pools, as whole processes, each beside the
 * floor: loading the SDK and registering as many bare resources. `npm run bench:plan [-- runs]` (default 3, in turn).
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { parse, stringify } from "yaml";

import { runMain } from "../cli/program";
import { median } from "./median";

const root = join(__dirname, "..");
const poolCounts = [10, 100, 1000] as const;

/** What one process took, from its start to its end. */
interface Usage {
  readonly seconds: number;
  /** User and system time of all its threads: other work on the machine changes it little. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const contestants = ["plan", "floor", "lean floor"] as const;
type Contestant = (typeof contestants)[number];

interface Subject {
  readonly stack: string;
  readonly pools: number;
  readonly resources: number;
  readonly commands: Readonly<Record<Contestant, readonly string[]>>;
  readonly usages: Record<Contestant, Usage[]>;
}

async function main(): Promise<number> {
  const runs = Number(process.argv[2] ?? 3);
  const directory = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  try {
    const subjects: Subject[] = [];
    for (const [stack, pools] of writeStacks(directory)) {
      process.stderr.write(`warming up ${stack}\n`);
      subjects.push(await subject(directory, stack, pools));
    }
    const loadBefore = loadavg()[0] ?? NaN;
    for (let run = 1; run <= runs; run += 1) {
      for (const { stack, commands, usages } of subjects) {
        for (const contestant of contestants) {
          const { usage } = await measure(commands[contestant]);
          usages[contestant].push(usage);
          process.stderr.write(`run ${run} of ${runs}: ${stack}, ${contestant}: ${usage.seconds.toFixed(2)} s\n`);
        }
      }
    }
    process.stdout.write(
      [
        `Node ${process.versions.node}, ${cpus().length} cores, load average ${loadBefore.toFixed(1)} before and ` +
          `${(loadavg()[0] ?? NaN).toFixed(1)} after; medians of ${runs}`,
        ...table(subjects),
        "",
        ...growth(subjects.filter(({ stack }) => stack !== "prod")),
        "",
      ].join("\n"),
    );
    return 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Stack files: prod as it is, and prod with other numbers of pools, which are copies of its own. */
function writeStacks(directory: string): readonly (readonly [stack: string, pools: number])[] {
  const source = readFileSync(join(root, "stacks", "Pulumi.prod.yaml"), "utf8");
  const prod = parse(source) as { config: { "holdfast:cluster": Cluster } };
  const cluster = prod.config["holdfast:cluster"];
  const kinds = Object.entries(cluster.workers);
  writeFileSync(join(directory, "Pulumi.prod.yaml"), source);
  for (const count of poolCounts) {
    const workers = Object.fromEntries(
      Array.from({ length: count }, (_, index) => {
        const [kind, pool] = kinds[index % kinds.length] ?? ["general", {}];
        // One machine a pool: a cluster has room for 5,000, and this pod range for 1,024.
        return [`${kind}-${index}`, { ...pool, min: 0, max: 1, onDemand: { base: 0 } }];
      }),
    );
    const network = { ...cluster.network, podCidr: "10.128.0.0/14" };
    // What that many machines ask of etcd.
    const etcd = { ...cluster.etcd, volume: { ...cluster.etcd.volume, iops: 8000 } };
    const config = { ...prod.config, "holdfast:cluster": { ...cluster, scale: "medium", etcd, network, workers } };
    writeFileSync(
      join(directory, `Pulumi.pools-${count}.yaml`),
      stringify({ config }, { aliasDuplicateObjects: false }),
    );
  }
  return [["prod", kinds.length], ...poolCounts.map((count) => [`pools-${count}`, count] as const)];
}

interface Cluster {
  readonly etcd: { readonly volume: object };
  readonly network: object;
  readonly workers: Readonly<Record<string, object>>;
}

/** The commands to measure, after a first plan that fills caches and tells how many resources there are. */
async function subject(directory: string, stack: string, pools: number): Promise<Subject> {
  // No pool of these numbers holds to every policy; what policies cost is bench/policies.ts' to measure.
  const policies = join(directory, "policies.json");
  writeFileSync(policies, JSON.stringify({ all: "advisory" }));
  const plan = [join(root, "plan/cli/plan.cjs"), stack, "--stacks", directory, "--policy-config", policies];
  const { output } = await measure([...plan, "--json"]);
  const { resources } = JSON.parse(output) as { resources: readonly { id?: string }[] };
  const custom = resources.filter(({ id }) => id !== undefined).length;
  // The stack itself is a component that every program has.
  const floor = [join(__dirname, "sdkFloor.cjs"), String(custom), String(resources.length - custom - 1)];
  return {
    stack,
    pools,
    resources: resources.length,
    commands: { plan, floor, "lean floor": [...floor, "lean"] },
    usages: { plan: [], floor: [], "lean floor": [] },
  };
}

/** Runs a Node program to its end. */
async function measure(command: readonly string[]): Promise<{ readonly usage: Usage; readonly output: string }> {
  const started = performance.now();
  const child = spawn(process.execPath, ["--require", join(__dirname, "resourceUsage.cjs"), ...command], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [output, usage, code] = await Promise.all([
    text(child.stdio[1] as Readable),
    text(child.stdio[3] as Readable),
    ended,
  ]);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${String(code)}`);
  const seconds = (performance.now() - started) / 1000;
  return { output, usage: { seconds, ...(JSON.parse(usage) as Omit<Usage, "seconds">) } };
}

const middle = ({ usages }: Subject, contestant: Contestant, figure: keyof Usage): number =>
  median(usages[contestant].map((usage) => usage[figure]));

function table(subjects: readonly Subject[]): readonly string[] {
  const header = ["stack", "pools", "resources", "", "seconds", "ratio", "CPU s", "ratio", "peak MiB", "ratio"];
  const rows = subjects.flatMap((subject) =>
    contestants.map((contestant) => [
      ...(contestant === "plan" ? [subject.stack, String(subject.pools), String(subject.resources)] : ["", "", ""]),
      contestant,
      ...(["seconds", "cpuSeconds", "peakMiB"] as const).flatMap((figure) => {
        const value = middle(subject, contestant, figure);
        const ratio = middle(subject, "plan", figure) / value;
        return [value.toFixed(figure === "peakMiB" ? 0 : 2), contestant === "plan" ? "" : ratio.toFixed(2)];
      }),
    ]),
  );
  return columns([header, ...rows]);
}

/** What each further pool costs: the same at every size where a plan grows linearly. */
function growth(subjects: readonly Subject[]): readonly string[] {
  const header = ["plan, a further pool", "ms", "ratio", "CPU ms", "ratio", "KiB", "ratio"];
  const steps = subjects.slice(1).map((larger, index) => {
    const smaller = subjects[index] ?? larger;
    const perPool = (figure: keyof Usage): number =>
      (middle(larger, "plan", figure) - middle(smaller, "plan", figure)) / (larger.pools - smaller.pools);
    const values = [perPool("seconds") * 1000, perPool("cpuSeconds") * 1000, perPool("peakMiB") * 1024];
    return { name: `${smaller.pools} to ${larger.pools} pools`, values };
  });
  const rows = steps.map(({ name, values }) => [
    name,
    ...values.flatMap((value, index) => {
      const ratio = value / (steps[0]?.values[index] ?? value);
      return [value.toFixed(index === 2 ? 0 : 2), ratio.toFixed(2)];
    }),
  ]);
  return columns([header, ...rows]);
}

/** Texts to the left, figures to the right. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const [header = []] = rows;
  const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const isText = header.map((_, column) => rows.slice(1).some((row) => /[a-z]/.test(row[column] ?? "")));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        isText[column] === true ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

runMain(main);
