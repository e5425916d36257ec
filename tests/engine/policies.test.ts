/** The policy pack with the real engine, compared with a plan. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { planStack } from "../../plan/planStack";
import { evaluatePolicies } from "../../plan/verdicts";
import { readPolicyConfig } from "../../plan/cli/policyConfig";
import { Workspace, describeEngine } from "./workspace";

const root = join(__dirname, "..", "..");
const pack = join(root, "policies");
const configOf = (stack: string): string => join(root, "stacks", `policies.${stack}.json`);

/** Violations in the output of the CLI, as `level rule resource`. */
const violationsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^ *- \[(\w+)\] +(\S+) +\((\S+): (\S+)\)$/gm)]
    .map(([, level = "", rule = "", , name = ""]) => [level, rule, name].join(" "))
    .sort();

describeEngine("the policy pack", () => {
  const workspace = new Workspace();

  beforeAll(async () => {
    await workspace.prepare();
    for (const stack of ["dev", "staging"]) {
      const { code, text } = await workspace.pulumi("stack", "init", stack);
      if (code !== 0) throw new Error(text);
    }
  });

  afterAll(() => {
    workspace.remove();
  });

  const withConfig = (file: object): string => {
    const path = join(workspace.folder, "policies.json");
    writeFileSync(path, JSON.stringify(file));
    return path;
  };

  test("staging passes a preview with its exemptions; unknown values are advisory", async () => {
    const run = await workspace.run(
      "preview",
      "staging",
      "--policy-pack",
      pack,
      "--policy-pack-config",
      configOf("staging"),
    );
    expect(run.code).toBe(0);
    expect(run.text).toMatch(/is known only during the update/);
    expect(run.text).not.toContain("[mandatory]");
  });

  test("a mandatory violation fails a preview, with the problem and the fix", async () => {
    const config = withConfig({ "log-retention": { minDays: 400 } });
    const run = await workspace.run("preview", "staging", "--policy-pack", pack, "--policy-pack-config", config);
    expect(run.code).not.toBe(0);
    expect(violationsIn(run.text)).toContain("mandatory log-retention staging-network-flow-logs");
    expect(run.text).toContain("Logs are kept for 90 days, less than 400.");
  });

  test("in development the same violation is advisory", async () => {
    const config = withConfig({ "log-retention": { minDays: 400 } });
    const run = await workspace.run("preview", "dev", "--policy-pack", pack, "--policy-pack-config", config);
    expect(run.code).toBe(0);
    expect(violationsIn(run.text)).toContain("advisory log-retention dev-network-flow-logs");
  });

  test("an update stops before it creates a resource with a mandatory violation", async () => {
    const config = withConfig({ "log-retention": { enforcementLevel: "mandatory", minDays: 400 } });
    const options = ["--yes", "--skip-preview", "--policy-pack", pack, "--policy-pack-config", config];
    const run = await workspace.run("up", "dev", ...options);
    expect(run.code).not.toBe(0);
    // The engine stops at the first of the cluster's log groups.
    expect(violationsIn(run.text).filter((line) => /^mandatory log-retention dev-/.test(line))).toHaveLength(1);
    expect(run.text).toMatch(/Logs are kept for \d+ days, less than 400\./);
    expect(workspace.world().map(({ type }) => type)).not.toContain("aws:cloudwatch/logGroup:LogGroup");
  });

  test("the engine refuses an invalid configuration", async () => {
    const config = withConfig({ "log-retention": { minDays: "many" } });
    const run = await workspace.run("preview", "dev", "--policy-pack", pack, "--policy-pack-config", config);
    expect(run.code).not.toBe(0);
    expect(run.text).toMatch(/log-retention: minDays: Invalid type/);
  });

  test("an update, with all values known, has the violations of the plan", async () => {
    const options = ["--yes", "--skip-preview", "--policy-pack", pack, "--policy-pack-config", configOf("staging")];
    const run = await workspace.run("up", "staging", ...options);
    const plan = await planStack("staging");
    const { outcomes } = evaluatePolicies(plan, { config: readPolicyConfig(configOf("staging")) });
    const violations = outcomes.filter(({ verdict }) => verdict === "violation");
    expect(run.code).toBe(0);
    expect(violationsIn(run.text)).toEqual(
      violations.map(({ level, rule, resource }) => `${level} ${rule} ${resource?.name ?? ""}`).sort(),
    );
  });
});
