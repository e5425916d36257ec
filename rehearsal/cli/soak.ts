/** `holdfast drill --soak`: random faults in a rehearsal, one after another, until a time is over. */
import { printJson } from "../../cli/program";
import { deniedSince, describeDenials, describeSummary } from "../aws/iam/report";
import { drills } from "../drills/catalogue";
import { runSoak } from "../drills/soak/runSoak";
import { type DrillOptions, exitCode, printer, printResults, writeCharts } from "./drill";
import { withRehearsal } from "./ownRehearsal";

export interface SoakOptions extends Pick<DrillOptions, "stack" | "id" | "json" | "machines" | "iam"> {
  readonly minutes: number;
  readonly seed: number;
}

/** Exit code: 0 if every fault stayed within its limits, and IAM denied no call. Takes a rehearsal down that it has booted itself. */
export async function soakRehearsal(options: SoakOptions): Promise<number> {
  const { stack, id, json, machines, iam, minutes, seed } = options;
  const print = printer(json);
  return withRehearsal({ stack, id, machines, iam, upgrades: [], overrides: {} }, print, async (cluster) => {
    const { client } = cluster;
    const finished = await runSoak({ seed, minutes, drills }, cluster, print);
    try {
      writeCharts(client, stack, finished);
      const report = await client.iamReport();
      print(...describeDenials(report), describeSummary(report));
      const denied = deniedSince(undefined, report);
      const results = finished.map(({ result }) => result);
      if (json) printJson({ seed, minutes, results, denied });
      return exitCode(results, denied);
    } finally {
      printResults(finished, id, print);
    }
  });
}
