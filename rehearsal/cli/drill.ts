/** `holdfast drill`: injects a fault into a rehearsal and measures the impact. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { alignColumns } from "../../cli/columns";
import { printJson } from "../../cli/program";
import { deniedSince, describeDenials, describeSummary, type IamReport } from "../aws/iam/report";
import { boot, type BootOptions, down, stackSpec } from "../boot";
import { readBootPlan } from "../supervisor/bootPlan";
import { RehearsalClient } from "../supervisor/client";
import { type ChartedDrill, renderDrills } from "../drills/chart/drillsPage";
import type { DrillEvent } from "../drills/chart/drillChart";
import { type DrillGroup, drills, groupByStart, limitations, selectDrills } from "../drills/catalogue";
import type { Drill } from "../drills/drill";
import { drillsPage, resultName } from "../drills/markdown";
import { RehearsedCluster } from "../drills/rehearsedCluster";
import { type DrillResult, tableHeader, tableRow } from "../drills/result";
import { runDrill } from "../drills/runDrill";
import { takeDownWhenInterrupted } from "./interruption";

const page = join(__dirname, "..", "..", "docs", "drills.md");

export interface DrillOptions {
  readonly stack: string;
  readonly id: string;
  /** Names separated by commas, or `all`. */
  readonly names: string;
  /** Writes the results into docs/drills.md. */
  readonly markdown: boolean;
  /** Prints the results as JSON to standard output, and the progress to standard error. */
  readonly json: boolean;
  /** Initial machines of groups, by group name, for a rehearsal that the drill boots. */
  readonly machines: Readonly<Record<string, number>>;
  /** Mode of IAM in a rehearsal that the drill boots. */
  readonly iam: IamReport["mode"];
}

/** Exit code: 0 if every drill passed, and IAM denied no call from the boot on. Takes rehearsals down that it has booted itself. */
export async function drill(options: DrillOptions): Promise<number> {
  const { stack, id, json } = options;
  const { etcd, kubernetesVersion } = await stackSpec(stack);
  const groups = groupByStart(selectDrills(options.names, etcd.topology));
  const running = await runningRehearsal(id, stack);
  if (running === undefined) takeDownWhenInterrupted(id);
  const print = printer(json);
  const finished: ChartedDrill[] = [];
  const denied: string[] = [];
  try {
    for (const group of groups)
      denied.push(...(await runGroup(group, { options, kubernetesVersion, running, finished, print })));
  } finally {
    printResults(finished, id, print);
  }
  const results = finished.map(({ result }) => result);
  if (json) printJson({ results, denied });
  return exitCode(results, denied);
}

/** Prints the table of results, and where the page with their charts is. */
export function printResults(finished: readonly ChartedDrill[], id: string, print: Print): void {
  if (finished.length === 0) return;
  print("", ...alignColumns([tableHeader, ...finished.map(({ result }) => tableRow(result))]));
  print("", `charts: ${RehearsalClient.of(id).paths.drills}`);
}

export const exitCode = (results: readonly DrillResult[], denied: readonly string[]): number =>
  denied.length === 0 && results.every(({ violations }) => violations.length === 0) ? 0 : 1;

/** Writes the page with the charts of drills. */
export function writeCharts({ paths }: RehearsalClient, stack: string, finished: readonly ChartedDrill[]): void {
  writeFileSync(paths.drills, renderDrills({ stack, recordedAt: Date.now(), drills: finished }), { mode: 0o600 });
}

interface GroupRun {
  readonly options: DrillOptions;
  /** Version of the stack. */
  readonly kubernetesVersion: string;
  /** Rehearsal that runs already. */
  readonly running: RehearsalClient | undefined;
  /** Receives each drill. */
  readonly finished: ChartedDrill[];
  readonly print: Print;
}

/** Runs drills in one rehearsal. @returns calls that IAM denied */
async function runGroup(
  { from, drills: chosen }: DrillGroup,
  { options: { stack, id, machines, iam, markdown }, kubernetesVersion, running, finished, print }: GroupRun,
): Promise<readonly string[]> {
  const start = from ?? kubernetesVersion;
  const upgrades = [...new Set(chosen.flatMap((each) => each.upgrades?.(start) ?? []))];
  if (running !== undefined) requireVersions(running, from, upgrades);
  const overrides = from === undefined ? {} : { kubernetesVersion: from };
  try {
    const client = running ?? (await bootRehearsal({ stack, id, machines, iam, upgrades, overrides }, print));
    const cluster = await RehearsedCluster.connect(client);
    for (const each of chosen) {
      finished.push(await runAndPrint(each, cluster, print));
      writeCharts(client, stack, finished);
      if (markdown) writePage(finished.map(({ result }) => result));
    }
    const report = await client.iamReport();
    print(...describeDenials(report), describeSummary(report));
    return deniedSince(undefined, report);
  } finally {
    if (running === undefined) await down(id);
  }
}

export type Print = (...lines: readonly string[]) => void;

/** Prints progress: to standard error beside a JSON document. */
export function printer(json: boolean): Print {
  const progress = json ? process.stderr : process.stdout;
  return (...lines) => void progress.write(`${lines.join("\n")}\n`);
}

/** Prints the drills, and the faults that cannot be rehearsed. */
export function listDrills(json: boolean): number {
  if (json) return printJson({ drills: drills.map(({ name, description }) => ({ name, description })), limitations });
  process.stdout.write(`${alignColumns(drills.map(({ name, description }) => [name, description])).join("\n")}\n`);
  for (const { fault, reason } of limitations) process.stdout.write(`\nnot possible here: ${fault}\n  ${reason}\n`);
  return 0;
}

async function runAndPrint(each: Drill, cluster: RehearsedCluster, print: Print): Promise<ChartedDrill> {
  print(`${each.name}: ${each.description}`);
  const log: DrillEvent[] = [];
  const name = resultName(each.name, cluster.externalEtcd);
  const { result, measured } = await runDrill(each, cluster, (text) => {
    log.push({ at: Date.now(), text });
    print(`  ${text}`);
  });
  const [, ...figures] = tableRow(result);
  for (const [index, figure] of figures.entries()) print(`  ${tableHeader[index + 1] ?? ""}: ${figure}`);
  for (const reason of [...result.reasons, ...(result.load?.reasons ?? [])]) print(`    ${reason}`);
  const { description } = each;
  return { description, measured, log, result: { ...result, drill: name } };
}

/** Rehearsal with this id, if it runs. @throws if it runs another stack */
export async function runningRehearsal(id: string, stack: string): Promise<RehearsalClient | undefined> {
  const client = RehearsalClient.of(id);
  const status = await client.status().catch(() => undefined);
  if (status?.phase !== "running") return undefined;
  if (status.stack !== stack) throw new Error(`rehearsal ${id} runs another stack: choose another --id`);
  return client;
}

/** @throws if the machines did not start with the version `from`, or the rehearsal was booted without the software of the others */
function requireVersions(running: RehearsalClient, from: string | undefined, upgrades: readonly string[]): void {
  const { kubernetesVersions } = readBootPlan(running.paths.plan);
  const [started] = kubernetesVersions;
  if (from !== undefined && from !== started) {
    throw new Error(
      `the drill starts with Kubernetes ${from}, and the running rehearsal with ${started}: take it down, and the drill boots its own`,
    );
  }
  const missing = upgrades.filter((version) => !kubernetesVersions.includes(version));
  if (missing.length === 0) return;
  throw new Error(
    `the running rehearsal was booted without Kubernetes ${missing.join(", ")}: take it down, and the drill boots its own`,
  );
}

export function bootRehearsal(
  options: Pick<DrillOptions, "stack" | "id" | "machines" | "iam"> & Pick<BootOptions, "upgrades" | "overrides">,
  print: Print,
): Promise<RehearsalClient> {
  print(`booting ${options.stack} as ${options.id}`);
  return boot({
    ...options,
    report: (step, state) => {
      if (state === "start") print(`  building ${step}`);
    },
  });
}

function writePage(results: readonly DrillResult[]): void {
  const before = existsSync(page) ? readFileSync(page, "utf8") : "";
  writeFileSync(page, drillsPage(drills, results, { on: measuredOn(), before }));
}

/** Date and size of this host, for pages of measurements. */
export const measuredOn = (): string => `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores`;
