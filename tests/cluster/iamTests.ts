/** Decisions of the rehearsal's IAM about all calls so far. */
import { deniedSince, describeSummary } from "../../rehearsal/aws/iam/report";
import type { RehearsedCluster } from "../../rehearsal/drills/rehearsedCluster";
import { log } from "./log";

export function iamTests(cluster: () => RehearsedCluster): void {
  it("IAM has denied no call, and every unused permission has a purpose", async () => {
    const report = await cluster().client.iamReport();
    log(describeSummary(report));
    expect([report.mode, deniedSince(undefined, report)]).toEqual(["enforce", []]);
    expect(report.unused.filter(({ purpose }) => purpose === "none declared")).toEqual([]);
  });
}
