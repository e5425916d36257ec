/** Reports of a real plan: terminal and HTML. */
import { plainPlan, planStack } from "../../../plan/planStack";
import { comparePlans } from "../../../plan/comparison/compare";
import type { Comparison } from "../../../plan/comparison/changes";
import { renderReport } from "../../../plan/report/html/renderReport";
import { parsePlanFile } from "../../../plan/report/planFile";
import type { ReportedPlan } from "../../../plan/report/reportedPlan";
import { describeComparison } from "../../../plan/report/terminal/describeComparison";
import { describePlan } from "../../../plan/report/terminal/describePlan";
import { outputsChangedByUpdate, replacementProperties } from "../../../simulation/registry";

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

  it("describes a change of the node bundle", () => {
    const text = describeComparison(comparison);
    expect(text).toContain("+- s3 BucketObjectv2 archive");
    expect(text).toMatch(/ {2}~ {2}ec2 LaunchTemplate a-template\n {7}userData:\n {9}- .*BUNDLE_KEY=/);
    expect(text).toMatch(/ {2}~ {2}cluster\.json\n/);
    expect(text.slice(text.indexOf("\ndev: ") + 1).replace(/\d+ unchanged/, "… unchanged")).toMatchInlineSnapshot(`
     "dev: 5 to update, 1 to replace, … unchanged
     Instances to replace:
       dev-worker-general   1 to 5 instances  userData
       dev-control-plane-a  1 instance        userData
     "
    `);
  });

  it("contains no secrets", () => {
    expect(`${describePlan(plan, { all: true })}${JSON.stringify(plan)}`).not.toMatch(/PRIVATE KEY-----/);
  });
});

/** Start tags of a page; throws if start and end tags do not match. */
function elementsOf(page: string): readonly string[] {
  const open: string[] = [];
  const found: string[] = [];
  const body = page.replace(/<style>[^<]*<\/style>/, "");
  for (const [tag, end, name = "", closed] of body.matchAll(/<(\/?)([a-z0-9]+)((?:"[^"]*"|[^">])*)>/gi)) {
    if (end === "/") {
      if (open.pop() !== name) throw new Error(`${tag} has no start tag`);
      continue;
    }
    found.push(tag);
    if (!/^(meta|br)$/.test(name) && !(closed ?? "").endsWith("/")) open.push(name);
  }
  expect(open).toEqual([]);
  return found;
}

describe("page", () => {
  it("is well-formed, loads nothing and runs nothing", () => {
    const tags = elementsOf(renderReport(plan, comparison));
    expect(tags.filter((tag) => /^<(script|link|img|iframe|object|form)/.test(tag))).toEqual([]);
    expect(tags.filter((tag) => /\s(src|on\w+)=|href="(?!#)/.test(tag))).toEqual([]);
    expect(tags.filter((tag) => tag.startsWith("<h1"))).toHaveLength(1);
    const ids = tags.flatMap((tag) => / id="([^"]*)"/.exec(tag)?.[1] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const links = tags.flatMap((tag) => /href="#([^"]*)"/.exec(tag)?.[1] ?? []);
    expect(links.length).toBeGreaterThanOrEqual(6);
    expect(ids).toEqual(expect.arrayContaining(links));
  });

  it("is accessible to screen readers", () => {
    const page = renderReport(plan, comparison);
    expect(page).toMatch(/<html lang="en">[\s\S]*<title>dev: /);
    expect(page).toMatch(
      /<svg [^>]*role="img" aria-labelledby="drawing-title drawing-text">\s*<title id="drawing-title">/,
    );
    const tags = elementsOf(page);
    expect(tags.filter((tag) => /^<th[ >]/.test(tag) && !tag.includes("scope="))).toEqual([]);
    expect(page).not.toContain('<th scope="col"></th>');
  });

  it("escapes every text of a plan", () => {
    const nasty = `<script>alert(1)</script>"'&`;
    const poison = (value: unknown): unknown => {
      if (typeof value === "string") return `${value}${nasty}`;
      if (Array.isArray(value)) return value.map(poison);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poison(item)]));
    };
    const { outputs, bundle, resources, stack } = plan;
    const poisoned = {
      ...plan,
      stack: `${stack}${nasty}`,
      // The record of the settings must stay readable.
      outputs: { ...(poison(outputs) as typeof outputs), liveSettings: outputs.liveSettings },
      bundle: poison(bundle) as typeof bundle,
      resources: resources.map((item) => ({
        ...item,
        name: `${item.name}${nasty}`,
        inputs: poison(item.inputs),
      })) as typeof resources,
    };
    const page = renderReport(poisoned, comparePlans(plan, poisoned, types));
    expect(elementsOf(page).filter((tag) => tag.startsWith("<script"))).toEqual([]);
    expect(page).toContain("&lt;script&gt;");
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
