/** Results of the conformance suite, and the page docs/conformance.md. Pure. */
import { z } from "zod";
import { tableRow } from "../../cli/markdown";

/** Fields of ginkgo's JSON report that are read (onsi.github.io/ginkgo, "Generating machine-readable reports"). */
const ginkgoReport = z.array(
  z.object({
    SpecReports: z.array(
      z.object({
        ContainerHierarchyTexts: z.array(z.string()).nullable(),
        LeafNodeType: z.string(),
        LeafNodeText: z.string(),
        State: z.string(),
        /** Nanoseconds. */
        RunTime: z.number(),
        Failure: z.object({ Message: z.string() }).optional(),
      }),
    ),
  }),
);

export interface SuiteTest {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** Reason of a failure. */
  readonly reason?: string;
}

/** Tests that ran, in the order of the report. */
export function parseReport(text: string): readonly SuiteTest[] {
  const specs = ginkgoReport.parse(JSON.parse(text)).flatMap(({ SpecReports }) => SpecReports);
  return specs
    .filter(
      ({ LeafNodeType, State }) =>
        (LeafNodeType === "It" && State !== "skipped" && State !== "pending") || /^(failed|panicked)$/.test(State),
    )
    .map(({ ContainerHierarchyTexts, LeafNodeText, LeafNodeType, State, RunTime, Failure }) => ({
      name: [...(ContainerHierarchyTexts ?? []), LeafNodeText === "" ? LeafNodeType : LeafNodeText].join(" "),
      passed: State === "passed",
      seconds: RunTime / 1e9,
      ...(State !== "passed" && { reason: firstLine(Failure?.Message ?? State) }),
    }));
}

const firstLine = (text: string): string => text.trim().split("\n")[0]?.slice(0, 200) ?? "";

export interface SuiteRun {
  readonly stack: string;
  readonly podNetwork: string;
  readonly kubernetesVersion: string;
  /** Regular expression of names; undefined: all tests of the suite. */
  readonly focus?: string | undefined;
  readonly on: string;
  readonly tests: readonly SuiteTest[];
}

const introduction = `# Conformance

\`holdfast rehearse <stack> --conformance\` runs Kubernetes' own conformance suite (\`e2e.test\` of the same release, label
\`Conformance\`) on a rehearsed cluster with two workers. The suite's images are built from its modules on a Debian tree, and machines
pull them from a registry on this host. \`--focus <regular expression>\` selects tests by name; \`--markdown\` writes the results into
this page.
`;

const title = ({ stack, podNetwork, focus }: SuiteRun): string =>
  `## ${stack} with ${podNetwork}${focus === undefined ? "" : `, focus \`${focus}\``}`;

/** Page with the results of a run in place of those of an earlier run with the same title. @param before the page so far */
export function conformancePage(before: string, run: SuiteRun): string {
  const earlier = before.split(/^(?=## )/m).slice(1);
  const others = earlier.filter((section) => section.split("\n")[0] !== title(run)).map((section) => section.trimEnd());
  return `${[introduction.trimEnd(), ...[...others, describeRun(run).join("\n")].sort()].join("\n\n")}\n`;
}

function describeRun(run: SuiteRun): readonly string[] {
  const { tests, kubernetesVersion, on } = run;
  const failed = tests.filter(({ passed }) => !passed);
  const hours = tests.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  const figures = [kubernetesVersion, tests.length, tests.length - failed.length, failed.length, hours.toFixed(1), on];
  return [
    title(run),
    "",
    tableRow(["Kubernetes", "Tests", "Passed", "Failed", "Hours of tests", "Measured"]),
    tableRow(figures.map(() => "---")),
    tableRow(figures.map(String)),
    ...(failed.length === 0 ? [] : ["", tableRow(["Failed test", "Reason"]), tableRow(["---", "---"])]),
    ...failed.map(({ name, reason = "" }) => tableRow([name, reason])),
  ];
}
