import { type SuiteRun, conformancePage, parseReport } from "../../../rehearsal/conformance/report.plan";
import { advance } from "../../../rehearsal/conformance/runSuite";

const spec = (State: string, LeafNodeText: string, more: object = {}) => ({
  ...{ ContainerHierarchyTexts: ["[sig-node] Pods"], LeafNodeType: "It", LeafNodeText, State, RunTime: 2e9 },
  ...more,
});

test("a report has the tests that ran, with the first line of each failure", () => {
  const report = [
    {
      SpecReports: [
        spec("passed", "should be updated [Conformance]"),
        spec("skipped", "should be skipped"),
        spec("failed", "should fail", { Failure: { Message: "timed out\nwaiting for a pod" } }),
        spec("passed", "", { LeafNodeType: "SynchronizedBeforeSuite", ContainerHierarchyTexts: null }),
      ],
    },
  ];
  expect(parseReport(JSON.stringify(report))).toEqual([
    { name: "[sig-node] Pods should be updated [Conformance]", passed: true, seconds: 2 },
    { name: "[sig-node] Pods should fail", passed: false, seconds: 2, reason: "timed out" },
  ]);
});

test("a suite that fails before its first test has a failure", () => {
  const failed = { State: "failed", LeafNodeType: "SynchronizedBeforeSuite", Failure: { Message: "no nodes" } };
  const report = [{ SpecReports: [{ ...spec("", ""), ContainerHierarchyTexts: null, ...failed }] }];
  expect(parseReport(JSON.stringify(report))).toMatchObject([
    { name: "SynchronizedBeforeSuite", passed: false, reason: "no nodes" },
  ]);
});

test("progress counts the bullets of tests, and those of failures", () => {
  const lines = [
    "Will run 3 of 7341 specs",
    "• [2.1 seconds]",
    "S [SKIPPED] [0.0 seconds]",
    "• [FAILED] [3.2 seconds]",
    "a line of a test",
  ];
  const start = { done: 0, total: undefined, failed: 0 };
  expect(lines.reduce(advance, start)).toEqual({ done: 2, total: 3, failed: 1 });
});

describe("docs/conformance.md", () => {
  const run: SuiteRun = {
    ...{ stack: "staging", podNetwork: "flannel", kubernetesVersion: "1.36.3", on: "2026-11-30, 2 cores" },
    tests: [
      { name: "a", passed: true, seconds: 1800 },
      { name: "b", passed: false, seconds: 1800, reason: "x | y" },
    ],
  };

  it("has the figures and the failures of a run", () => {
    const page = conformancePage("", run);
    expect(page).toContain("## staging with flannel\n");
    expect(page).toContain("| 1.36.3 | 2 | 1 | 1 | 1.0 | 2026-11-30, 2 cores |");
    expect(page).toContain("| b | x \\| y |");
  });

  it("replaces an earlier run of the same kind, and keeps the others", () => {
    const first = conformancePage(conformancePage("", run), { ...run, focus: "DNS" });
    const page = conformancePage(first, { ...run, tests: run.tests.slice(0, 1) });
    expect(page.match(/^## /gm)).toHaveLength(2);
    expect(page).toContain("| 1.36.3 | 1 | 1 | 0 | 0.5 | 2026-11-30, 2 cores |");
    expect(page).toContain("focus `DNS`");
  });
});
