/** Time and memory of `holdfast plan` for prod and for up to 1,000 pools. `npm run bench:plan [-- runs]` (default 3); see README.md. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { alignColumns } from "../cli/columns";
import { runMain } from "../cli/program";
import { measure, median, root, type Usage } from "./measure";

const poolCounts = [10, 100, 1000] as const;
const variants = ["plan", "floor", "lean floor"] as const;
type Variant = (typeof variants)[number];

interface Subject {
  readonly stack: string;
  readonly pools: number;
  readonly resources: number;
  readonly commands: Readonly<Record<Variant, readonly string[]>>;
  readonly usages: Record<Variant, Usage[]>;
}

async function main(): Promise<number> {
  const runs = Number(process.argv[2] ?? 3);
  const directory = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  try {
    const subjects: Subject[] = [];
    for (const [stack, pools] of writeStacks(directory)) {
      process.stderr.write(`warming up ${stack}\n`);
      subjects.push(await createSubject(directory, stack, pools));
    }
    const loadBefore = loadavg()[0] ?? NaN;
    for (let run = 1; run <= runs; run += 1) {
      for (const { stack, commands, usages } of subjects) {
        for (const variant of variants) {
          const { usage } = await measure(commands[variant]);
          usages[variant].push(usage);
          process.stderr.write(`run ${run} of ${runs}: ${stack}, ${variant}: ${usage.seconds.toFixed(2)} s\n`);
        }
      }
    }
    process.stdout.write(
      [
        `Node ${process.versions.node}, ${cpus().length} cores, load average ${loadBefore.toFixed(1)} before and ` +
          `${(loadavg()[0] ?? NaN).toFixed(1)} after; medians of ${runs}`,
        ...formatUsage(subjects),
        "",
        ...formatGrowth(subjects.filter(({ stack }) => stack !== "prod")),
        "",
      ].join("\n"),
    );
    return 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface Cluster {
  readonly etcd: { readonly volume: object };
  readonly network: object;
  readonly workers: Readonly<Record<string, object>>;
}

/** Writes stack files: prod, and prod with other numbers of pools, which are copies of its own. */
function writeStacks(directory: string): readonly (readonly [stack: string, pools: number])[] {
  const source = readFileSync(join(root, "stacks", "Pulumi.prod.yaml"), "utf8");
  const prod = parse(source) as { config: { "holdfast:cluster": Cluster } };
  const cluster = prod.config["holdfast:cluster"];
  const pools = Object.entries(cluster.workers);
  writeFileSync(join(directory, "Pulumi.prod.yaml"), source);
  for (const count of poolCounts) {
    const workers = Object.fromEntries(
      Array.from({ length: count }, (_, index) => {
        const [name, pool] = pools[index % pools.length] ?? ["general", {}];
        // One machine per pool: the pod range has room for 1,024 nodes.
        return [`${name}-${index}`, { ...pool, min: 0, max: 1, onDemand: { base: 0 } }];
      }),
    );
    const network = { ...cluster.network, podCidr: "10.128.0.0/14" };
    // The checks require this for so many machines.
    const etcd = { ...cluster.etcd, volume: { ...cluster.etcd.volume, iops: 8000 } };
    const config = { ...prod.config, "holdfast:cluster": { ...cluster, scale: "medium", etcd, network, workers } };
    const text = stringify({ config }, { aliasDuplicateObjects: false });
    writeFileSync(join(directory, `Pulumi.pools-${count}.yaml`), text);
  }
  return [["prod", pools.length], ...poolCounts.map((count) => [`pools-${count}`, count] as const)];
}

/** Commands to measure. A first plan fills caches and counts resources. */
async function createSubject(directory: string, stack: string, pools: number): Promise<Subject> {
  // So many pools violate some policies; bench/policies.ts measures the policies.
  const policies = join(directory, "policies.json");
  writeFileSync(policies, JSON.stringify({ all: "advisory" }));
  const plan = [join(root, "cli/holdfast.cjs"), "plan", stack, "--stacks", directory, "--policy-config", policies];
  const { output } = await measure([...plan, "--json"]);
  const { resources } = JSON.parse(output) as { resources: readonly { id?: string }[] };
  const custom = resources.filter(({ id }) => id !== undefined).length;
  // Every program has the stack component.
  const floor = [join(__dirname, "sdkFloor.cjs"), String(custom), String(resources.length - custom - 1)];
  return {
    stack,
    pools,
    resources: resources.length,
    commands: { plan, floor, "lean floor": [...floor, "lean"] },
    usages: { plan: [], floor: [], "lean floor": [] },
  };
}

const middle = ({ usages }: Subject, variant: Variant, figure: keyof Usage): number =>
  median(usages[variant].map((usage) => usage[figure]));

function formatUsage(subjects: readonly Subject[]): readonly string[] {
  const header = ["stack", "pools", "resources", "", "seconds", "ratio", "CPU s", "ratio", "peak MiB", "ratio"];
  const rows = subjects.flatMap((subject) =>
    variants.map((variant) => [
      ...(variant === "plan" ? [subject.stack, String(subject.pools), String(subject.resources)] : ["", "", ""]),
      variant,
      ...(["seconds", "cpuSeconds", "peakMiB"] as const).flatMap((figure) => {
        const value = middle(subject, variant, figure);
        const ratio = middle(subject, "plan", figure) / value;
        return [value.toFixed(figure === "peakMiB" ? 0 : 2), variant === "plan" ? "" : ratio.toFixed(2)];
      }),
    ]),
  );
  return alignColumns([header, ...rows]);
}

/** Cost of each additional pool: constant if a plan grows linearly. */
function formatGrowth(subjects: readonly Subject[]): readonly string[] {
  const header = ["plan, per additional pool", "ms", "ratio", "CPU ms", "ratio", "KiB", "ratio"];
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
  return alignColumns([header, ...rows]);
}

runMain(main);
