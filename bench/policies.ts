/** Cost of the policies in `holdfast plan prod`. `npm run bench:policies [-- runs]` (default 9); see README.md. */
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { runMain } from "../cli/program";
import { measure, median, root, type Usage } from "./measure";

type Variant = "with" | "without";

/** Limit of the additional CPU time. */
const limit = 0.15;

async function main(): Promise<number> {
  const runs = Number(process.argv[2] ?? 9);
  const usages: Record<Variant, Usage[]> = { with: [], without: [] };
  for (const variant of ["with", "without"] as const) await measurePlan(variant);
  for (let run = 1; run <= runs; run += 1) {
    // Alternate the order, so that a slow phase of the machine affects both variants.
    const order = run % 2 === 0 ? (["with", "without"] as const) : (["without", "with"] as const);
    for (const variant of order) usages[variant].push(await measurePlan(variant));
  }
  const report = (figure: keyof Usage, label: string): number => {
    const [has, lacks] = (["with", "without"] as const).map((variant) =>
      median(usages[variant].map((usage) => usage[figure])),
    );
    const added = (has ?? NaN) / (lacks ?? NaN) - 1;
    const figures = `with policies ${(has ?? NaN).toFixed(2)}, without ${(lacks ?? NaN).toFixed(2)}`;
    process.stdout.write(`${label}: ${figures}, added ${(added * 100).toFixed(1)} %\n`);
    return added;
  };
  process.stdout.write(
    `${cpus().length} cores, load average ${(loadavg()[0] ?? NaN).toFixed(1)}; medians of ${runs}\n`,
  );
  report("seconds", "seconds");
  return report("cpuSeconds", "CPU seconds") <= limit ? 0 : 1;
}

async function measurePlan(variant: Variant): Promise<Usage> {
  const modules = variant === "with" ? [] : ["withoutPolicies.cjs"];
  const { usage, output } = await measure([join(root, "cli/holdfast.cjs"), "plan", "prod"], modules);
  const applied = Number(/^Policies: (\d+) rules/m.exec(output)?.[1]);
  if (applied > 0 !== (variant === "with")) throw new Error(`run ${variant} policies: ${applied} rules were applied`);
  return usage;
}

runMain(main);
