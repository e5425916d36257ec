/** `holdfast rehearse --conformance`: Kubernetes' conformance suite on a rehearsed cluster. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { UsageError, printJson } from "../../cli/program";
import { poolGroupName } from "../../components/machines/images.plan";
import type { IamReport } from "../aws/iam/report";
import { builtKubernetesVersion } from "../assets/goModules";
import { stackSpec } from "../boot";
import { prepareConformance } from "../conformance/prepare";
import { type SuiteRun, conformancePage } from "../conformance/report.plan";
import { type SuiteProgress, runSuite } from "../conformance/runSuite";
import { formatSeconds } from "../drills/durations";
import { ciliumChosen, rehearsedPodNetwork } from "../settingOverrides";
import { readBootPlan } from "../supervisor/bootPlan";
import { type Print, measuredOn, printer } from "./drill";
import { withRehearsal } from "./ownRehearsal";

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
  /** An own rehearsal has Cilium instead of flannel. */
  readonly cilium: boolean;
}

/** Time between lines of progress in ms. */
const progressMs = 60_000;

/**
 * Runs the suite on the rehearsal of a stack, which it boots and takes down unless it runs.
 * @returns exit code: 0 if every test passed
 * @throws UsageError if the stack has another Kubernetes version than the suite
 */
export async function runConformance(options: ConformanceOptions): Promise<number> {
  const { stack, id, focus, json, iam, cilium } = options;
  const print = printer(json);
  const spec = await stackSpec(stack);
  const { kubernetesVersion } = spec;
  if (kubernetesVersion !== builtKubernetesVersion) {
    const remedy = `rehearse a stack with kubernetesVersion: ${builtKubernetesVersion}`;
    throw new UsageError(
      `the suite is of Kubernetes ${builtKubernetesVersion}, and ${stack} has ${kubernetesVersion}; ${remedy}`,
    );
  }
  const programs = await prepareConformance((step, state) => {
    if (state === "start") print(`  building ${step}`);
  });
  const [pool = ""] = Object.keys(spec.workers);
  const machines = { [`${spec.name}-${poolGroupName(pool)}`]: 2, ...options.machines };
  const own = { stack, id, machines, iam, upgrades: [], overrides: cilium ? ciliumChosen : {} };
  return withRehearsal(own, print, async (cluster) => {
    print(`running the suite; log: ${cluster.client.paths.conformance.log}`);
    const tests = await runSuite(cluster, programs, {
      ...{ focus, processes: cpus().length },
      onProgress: progressPrinter(print),
    });
    const failed = tests.filter(({ passed }) => !passed);
    for (const { name, reason = "" } of failed) print(`failed: ${name}`, `  ${reason}`);
    print(`${tests.length - failed.length} of ${tests.length} tests passed`);
    if (json) printJson({ tests });
    if (options.markdown) {
      const podNetwork = rehearsedPodNetwork(spec, readBootPlan(cluster.client.paths.plan).overrides);
      writePage({ stack, podNetwork, kubernetesVersion, focus, on: measuredOn(), tests });
    }
    return tests.length > 0 && failed.length === 0 ? 0 : 1;
  });
}

/** Prints the progress once a minute, and at the end. */
function progressPrinter(print: Print): (progress: SuiteProgress) => void {
  const began = Date.now();
  let printed = began;
  return ({ done, total = 0, failed }) => {
    if (Date.now() - printed < progressMs && done < total) return;
    printed = Date.now();
    print(`  ${done} of ${total} tests, ${failed} failed, ${formatSeconds(printed - began, 0)}`);
  };
}

function writePage(run: SuiteRun): void {
  writeFileSync(page, conformancePage(existsSync(page) ? readFileSync(page, "utf8") : "", run));
}
