/** Reports of a real plan: terminal and HTML. */
import { plainPlan, planStack } from "../../../plan/planStack";
import { comparePlans } from "../../../plan/comparison/compare";
import type { Comparison } from "../../../plan/comparison/changes";
import { renderReport } from "../../../plan/report/html/renderReport";
import { parsePlanFile } from "../../../plan/report/planFile";
import type { ReportedPlan } from "../../../plan/report/reportedPlan";
import { describeComparison } from "../../../plan/report/terminal/describeComparison";
import { describePlan } from "../../../plan/report/terminal/describePlan";
import { countChanges } from "../../../plan/comparison/summary";
import { costDifference } from "../../../plan/cost/costDifference";
import { costOf } from "../../../plan/cost/planCost";
import { formatDifference } from "../../../plan/report/terminal/describeCost";
import { outputsChangedByUpdate, replacementProperties } from "../../../simulation/registry";
import { elementsIn, expectSelfContained, parsePage, withClass } from "../../parsedPage";

let plan: ReportedPlan;
let comparison: Comparison;

const types = { replaceOn: replacementProperties, changesWithUpdate: outputsChangedByUpdate };

beforeAll(async () => {
  plan = plainPlan(await planStack("dev"));

  const changed = plainPlan(await planStack("dev", { overrides: { network: { podCidr: "10.200.0.0/16" } } }));
  comparison = comparePlans(plan, changed, types);
});

describe("terminal", () => {
  it("begins with the summary, topology, pools and addresses", () => {
    const [head, ...others] = describePlan(plan).split("\n\n");
    expect(head).toMatch(/^dev: Kubernetes [\d.]+ in eu-central-1\n\d+ resources in \d+ components/);
    expect(others.slice(0, 3).join("\n\n")).toMatchInlineSnapshot(`
     "Network        eu-central-1a
     public         10.10.128.0/23 + NAT
     private        10.10.0.0/20
     control plane  a t3.medium + 20 GiB
     pool general   ●

     Pool     Instances  Instance types                            CPU    Purchase
     general  1 to 5     t3.large, t3a.large, m5.large, m6i.large  amd64  spot

     Addresses
       VPC       10.10.0.0/16
       pods      10.244.0.0/16
       services  10.96.0.0/16
       API       https://api.dev.holdfast.internal:6443 from 10.10.0.0/16
       AWS APIs  through NAT"
    `);
  });

  it("lists every resource with --all, otherwise counts resources of one type", () => {
    const rules = plan.resources.filter(({ type }) => type.endsWith(":SecurityGroupIngressRule"));
    expect(describePlan(plan)).toContain(`vpc SecurityGroupIngressRule ×${rules.length}`);
    const all = describePlan(plan, { all: true }).split("\n");
    expect(all.filter((line) => line.includes("vpc SecurityGroupIngressRule"))).toHaveLength(rules.length);
  });

  it("truncates lines to the terminal; has no colors by default", () => {
    for (const text of [describePlan(plan, { width: 80 }), describeComparison(comparison, { width: 80 })]) {
      expect(text).not.toContain("\u001b");
    }
    const widest = Math.max(
      ...describePlan(plan, { width: 80 })
        .split("\n")
        .slice(3)
        .map(({ length }) => length),
    );
    expect(widest).toBeLessThanOrEqual(80);
    expect(describePlan(plan, { color: true })).toContain("\u001b[1m");
  });

  it("describes a change of the node bundles", () => {
    const text = describeComparison(comparison);
    expect(text).toContain("+- s3 BucketObjectv2 members");
    expect(text).toMatch(/ {2}~ {2}ec2 LaunchTemplate a-template\n {7}userData:\n {9}- .*BUNDLE_KEY=/);
    expect(text).toMatch(/ {2}~ {2}members\/cluster\.json\n/);
    expect(text.slice(text.indexOf("\ndev: ") + 1).replace(/\d+ unchanged/, "… unchanged")).toMatchInlineSnapshot(`
     "dev: 3 to update, 1 to replace, … unchanged
     Instances to replace:
       dev-control-plane-a  1 instance  userData
     "
    `);
  });

  it("contains no secrets", () => {
    expect(`${describePlan(plan, { all: true })}${JSON.stringify(plan)}`).not.toMatch(/PRIVATE KEY-----/);
  });
});

describe("page", () => {
  it("is well-formed, loads nothing, runs nothing, and is accessible to screen readers", () => {
    const root = parsePage(renderReport({ ...plan, cost: costOf(plan) }, comparison));
    expectSelfContained(root);
    expect(elementsIn(root, "title")[0]?.text).toMatch(/^dev: /);
    expect(elementsIn(root, "nav")[0]?.children.length).toBeGreaterThanOrEqual(6);
  });

  it("shows changes by effect, lost data and the difference of the cost", () => {
    const before = { ...plan, resources: plan.resources.filter(({ type }) => !type.startsWith("aws:cloudwatch")) };
    const compared = comparePlans(before, { ...plan, resources: plan.resources.slice(0, -20) }, types);
    const changed = { ...compared, losses: ["dev-etcd-volume-a"], cost: costDifference(costOf(before), costOf(plan)) };
    const sections = elementsIn(parsePage(renderReport({ ...plan, cost: costOf(plan) }, changed)), "section");
    const [changes] = sections.filter(({ attributes }) => attributes.id === "changes");
    const [cost] = sections.filter(({ attributes }) => attributes.id === "cost");
    if (changes === undefined || cost === undefined) throw new Error("the page lacks a section");

    const bars = withClass(changes, "bar").map(({ text }) => text);
    expect(bars).toEqual(countChanges(changed.changes).map(({ label, count }) => `${count} ${label}`));
    expect(bars.reduce((sum, text) => sum + Number.parseInt(text), 0)).toBe(changed.changes.length);
    expect(changes.text).toContain("a stateful resource would be deleted or replaced: dev-etcd-volume-a");
    expect(changes.text).toContain(`Cost per month in USD: ${formatDifference(changed.cost.min)} with all pools`);
    const [difference, ...others] = elementsIn(cost, "svg");
    expect(difference?.text).toContain("Difference of the cost");
    expect(others.map(({ children }) => children[0]?.text)).toEqual([
      "Cost per month in USD by component",
      "Cost per month in USD by zone",
    ]);
  });

  it("says that no data is lost", () => {
    expect(renderReport(plan, comparison)).toContain("No stateful resource is deleted or replaced");
  });

  it("escapes every text of a plan", () => {
    const nasty = `<script>alert(1)</script>"'&`;
    const poison = (value: unknown): unknown => {
      if (typeof value === "string") return `${value}${nasty}`;
      if (Array.isArray(value)) return value.map(poison);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poison(item)]));
    };
    const { outputs, bundles, resources, stack } = plan;
    const poisoned = {
      ...plan,
      stack: `${stack}${nasty}`,
      // The record of the settings must stay readable.
      outputs: { ...(poison(outputs) as typeof outputs), liveSettings: outputs.liveSettings },
      bundles: poison(bundles) as typeof bundles,
      resources: resources.map((item) => ({
        ...item,
        name: `${item.name}${nasty}`,
        inputs: poison(item.inputs),
      })) as typeof resources,
    };
    const page = renderReport(poisoned, comparePlans(plan, poisoned, types));
    expect(elementsIn(parsePage(page), "script")).toEqual([]);
    expect(page).toContain("&lt;script&gt;");
  });

  it.each([
    ["an unclosed element", (page: string) => page.replace("</section>", "")],
    ["a duplicate attribute", (page: string) => page.replace("<svg ", '<svg role="img" role="img" ')],
    ["text that ends an attribute", (page: string) => page.replace('class="topology"', 'class="topology"x')],
  ])("is compared by a parser that finds %s", (_what, spoil) => {
    expect(() => parsePage(spoil(renderReport(plan)))).toThrow("not well-formed");
  });

  it("is deterministic", () => {
    expect(renderReport(plan)).toBe(renderReport(plan));
  });
});

describe("plan file", () => {
  it("has no changes after writing and reading", () => {
    const read = parsePlanFile(JSON.stringify(plan));
    const { changes, rollouts, files } = comparePlans(read, plan, types);
    expect([changes, rollouts, files]).toEqual([[], [], []]);
  });

  it.each([
    ["invalid JSON", "{", /is not JSON/],
    ["another document", "[]", /is not a plan/],
    ["a resource without a type", '{"stack":"a","resources":[{"urn":"u","name":"n"}]}', /resources\.0\.type/],
  ])("refuses %s", (_title, text, message) => {
    expect(() => parsePlanFile(text)).toThrow(message);
  });
});
