/** The policy pack with the real engine, compared with a plan. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { planStack } from "../../plan/planStack";
import { evaluatePolicies } from "../../plan/verdicts";
import { readPolicyConfig } from "../../plan/cli/policyConfig";
import { longTest } from "../long";
import { Workspace } from "./workspace";
import type { Run } from "./workspace";

const root = join(__dirname, "..", "..");
const pack = join(root, "policies");
const configOf = (stack: string): string => join(root, "stacks", `policies.${stack}.json`);

/** Violations in the output of the CLI, as `level rule resource`. */
const violationsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^ *- \[(\w+)\] +\[severity: \w+\] +(\S+) +\((\S+): (\S+)\)$/gm)]
    .map(([, level = "", rule = "", , name = ""]) => [level, rule, name].join(" "))
    .sort();

/** Levels and rules of the violations in the output of the CLI, each once, as `level rule`. */
const levelsIn = (text: string): readonly string[] => [
  ...new Set(violationsIn(text).map((line) => line.split(" ").slice(0, 2).join(" "))),
];

describe("the policy pack", () => {
  const workspace = new Workspace();

  beforeAll(async () => {
    await workspace.prepare();
    for (const stack of ["dev", "staging", "prod"]) {
      await workspace.mustRun("stack", "init", stack);
    }
  });

  afterAll(() => {
    workspace.remove();
  });

  /** Options that apply the policy pack. @param config its configuration, or the path of a file with it */
  const withPack = (config: object | string): readonly string[] => {
    const path = typeof config === "string" ? config : join(workspace.folder, "policies.json");
    if (typeof config === "object") writeFileSync(path, JSON.stringify(config));
    return ["--policy-pack", pack, "--policy-pack-config", path];
  };

  const preview = (stack: string, config: object): Promise<Run> => workspace.run("preview", stack, ...withPack(config));

  test("staging passes a preview with its exemptions; unknown values are advisory", async () => {
    const run = await workspace.mustComplete("preview", "staging", ...withPack(configOf("staging")));
    expect(run.text).toMatch(/is known only during the update/);
    expect(run.text).not.toContain("[mandatory]");
  });

  for (const [stack, passes, levels] of [
    ["dev", true, ["advisory log-retention"]],
    ["staging", false, ["advisory member-volumes-protected", "mandatory log-retention"]],
    ["prod", false, ["mandatory log-retention", "mandatory member-volumes-protected"]],
  ] as const) {
    const each = stack === "prod" ? longTest : test;
    each(`the name of the stack ${stack} selects the levels; a mandatory violation fails its preview`, async () => {
      await workspace.set(stack, "cluster.protect", "false");
      const run = await preview(stack, { "log-retention": { minDays: 400 } });
      const rules = ["log-retention", "member-volumes-protected"];
      expect(levelsIn(run.text).filter((line) => rules.some((rule) => line.endsWith(` ${rule}`)))).toEqual(levels);
      expect(run.code === 0).toBe(passes);
      expect(run.text).toMatch(/\[severity: high\] +log-retention /);
      expect(run.text).toMatch(/Logs are kept for \d+ days, less than 400\./);
    });
  }

  longTest(
    "the configuration selects the level of each rule; remediate means mandatory, because no rule changes a resource",
    async () => {
      const run = await preview("dev", {
        all: "disabled",
        "log-retention": { enforcementLevel: "remediate", minDays: 400 },
        "member-volumes-protected": "advisory",
      });
      expect(run.code).toBeGreaterThan(0);
      expect(levelsIn(run.text)).toEqual(["advisory member-volumes-protected", "mandatory log-retention"]);
    },
  );

  test("an update stops before it creates a resource with a mandatory violation", async () => {
    const config = { "log-retention": { enforcementLevel: "mandatory", minDays: 400 } };
    const run = await workspace.run("up", "dev", "--yes", "--skip-preview", ...withPack(config));
    expect(run.code).toBeGreaterThan(0);
    // The engine stops at the first of the cluster's log groups.
    expect(violationsIn(run.text).filter((line) => /^mandatory log-retention dev-/.test(line))).toHaveLength(1);
    expect(run.text).toMatch(/Logs are kept for \d+ days, less than 400\./);
    expect(workspace.world().map(({ type }) => type)).not.toContain("aws:cloudwatch/logGroup:LogGroup");
  });

  test("the engine refuses an invalid configuration", async () => {
    const run = await preview("dev", { "log-retention": { minDays: "many" } });
    expect(run.code).toBeGreaterThan(0);
    expect(run.text).toMatch(/log-retention: minDays: Invalid type/);
  });

  test("an update, with all values known, has the violations of the plan", async () => {
    const options = ["--yes", "--skip-preview", ...withPack(configOf("staging"))];
    const run = await workspace.mustComplete("up", "staging", ...options);
    const plan = await planStack("staging");
    const { outcomes } = evaluatePolicies(plan, { config: readPolicyConfig(configOf("staging")) });
    const violations = outcomes.filter(({ verdict }) => verdict === "violation");
    expect(violationsIn(run.text)).toEqual(
      violations.map(({ level, rule, resource }) => `${level} ${rule} ${resource?.name ?? ""}`).sort(),
    );
  });
});
