/** `holdfast rehearse --conformance`: Kubernetes' conformance suite on a rehearsed cluster. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { printJson } from "../../cli/program";
import { poolGroupName } from "../../components/machines/images.plan";
import type { IamReport } from "../aws/iam/report";
import { down, stackSpec } from "../boot";
import { prepareConformance } from "../conformance/prepare";
import { conformancePage } from "../conformance/report.plan";
import { runSuite } from "../conformance/runSuite";
import { formatSeconds } from "../drills/durations";
import { RehearsedCluster } from "../drills/rehearsedCluster";
import { bootRehearsal, printer, runningRehearsal } from "./drill";
import { takeDownWhenInterrupted } from "./interruption";

const page = join(__dirname, "..", "..", "docs", "conformance.md");

export interface ConformanceOptions {
  readonly stack: string;
  readonly id: string;
  /** Regular expression of the names of tests. Default: all. */
  readonly focus?: string | undefined;
  /** Writes the results into docs/conformance.md. */
  readonly markdown: boolean;
  /** Prints the results as JSON to standard output, and the progress to standard error. */
  readonly json: boolean;
  /** Initial machines of groups, by group name. Default: two of the first worker pool, which the suite needs. */
  readonly machines: Readonly<Record<string, number>>;
  readonly iam: IamReport["mode"];
}

/** Time between lines of progress in ms. */
const progressMs = 60_000;

/**
 * Runs the suite on the rehearsal of a stack, which it boots and takes down unless it runs.
 * @returns exit code: 0 if every test passed
 */
export async function runConformance(options: ConformanceOptions): Promise<number> {
  const { stack, id, focus, json, iam } = options;
  const print = printer(json);
  const spec = await stackSpec(stack);
  const running = await runningRehearsal(id, stack);
  if (running === undefined) takeDownWhenInterrupted(id);
  const programs = await prepareConformance((step, state) => {
    if (state === "start") print(`  building ${step}`);
  });
  const [pool = ""] = Object.keys(spec.workers);
  const machines = { [`${spec.name}-${poolGroupName(pool)}`]: 2, ...options.machines };
  try {
    const client = running ?? (await bootRehearsal({ stack, id, machines, iam, upgrades: [], overrides: {} }, print));
    const cluster = await RehearsedCluster.connect(client);
    print(`running the suite; log: ${client.paths.conformance.log}`);
    const began = Date.now();
    let printed = began;
    const tests = await runSuite(cluster, programs, {
      ...{ focus, processes: cpus().length },
      onProgress({ done, total = 0, failed }) {
        if (Date.now() - printed < progressMs && done < total) return;
        printed = Date.now();
        print(`  ${done} of ${total} tests, ${failed} failed, ${formatSeconds(printed - began, 0)}`);
      },
    });
    const failed = tests.filter(({ passed }) => !passed);
    for (const { name, reason = "" } of failed) print(`failed: ${name}`, `  ${reason}`);
    print(`${tests.length - failed.length} of ${tests.length} tests passed`);
    if (json) printJson({ tests });
    if (options.markdown) {
      const before = existsSync(page) ? readFileSync(page, "utf8") : "";
      const on = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores`;
      const { kubernetesVersion } = spec;
      writeFileSync(
        page,
        conformancePage(before, { stack, podNetwork: "flannel", kubernetesVersion, focus, on, tests }),
      );
    }
    return tests.length > 0 && failed.length === 0 ? 0 : 1;
  } finally {
    if (running === undefined) await down(id);
  }
}
