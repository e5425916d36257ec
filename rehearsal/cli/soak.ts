/** `holdfast drill --soak`: random faults in a rehearsal, one after another, until a time is over. */
import { printJson } from "../../cli/program";
import { deniedSince, describeDenials, describeSummary } from "../aws/iam/report";
import { down } from "../boot";
import type { ChartedDrill } from "../drills/chart/drillsPage";
import { drills } from "../drills/catalogue";
import { RehearsedCluster } from "../drills/rehearsedCluster";
import { runSoak } from "../drills/soak/runSoak";
import {
  bootRehearsal,
  type DrillOptions,
  exitCode,
  printer,
  printResults,
  runningRehearsal,
  writeCharts,
} from "./drill";
import { takeDownWhenInterrupted } from "./interruption";

export interface SoakOptions extends Pick<DrillOptions, "stack" | "id" | "json" | "machines" | "iam"> {
  readonly minutes: number;
  readonly seed: number;
}

/** Exit code: 0 if every fault stayed within its limits, and IAM denied no call. Takes a rehearsal down that it has booted itself. */
export async function soakRehearsal(options: SoakOptions): Promise<number> {
  const { stack, id, json, machines, iam, minutes, seed } = options;
  const running = await runningRehearsal(id, stack);
  if (running === undefined) takeDownWhenInterrupted(id);
  const print = printer(json);
  let finished: readonly ChartedDrill[] = [];
  try {
    const client = running ?? (await bootRehearsal({ stack, id, machines, iam, upgrades: [], overrides: {} }, print));
    const cluster = await RehearsedCluster.connect(client);
    finished = await runSoak({ seed, minutes, drills }, cluster, print);
    writeCharts(client, stack, finished);
    const report = await client.iamReport();
    print(...describeDenials(report), describeSummary(report));
    const denied = deniedSince(undefined, report);
    const results = finished.map(({ result }) => result);
    if (json) printJson({ seed, minutes, results, denied });
    return exitCode(results, denied);
  } finally {
    printResults(finished, id, print);
    if (running === undefined) await down(id);
  }
}
