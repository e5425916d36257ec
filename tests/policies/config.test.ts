/** Levels, parameters and exemptions. */
import { ConfigError, configSchemaOf, packConfig } from "../../policies/model/config";
import { evaluateRules } from "../../policies/model/evaluate";
import { environmentOf, environments } from "../../policies/model/levels";
import { aws } from "../../policies/model/types";
import { rules } from "../../policies/rules";
import { evaluateRule, resource, ruleNamed, today } from "./fixtures";

const logRetention = ruleNamed("log-retention");
const stack = resource("pulumi:pulumi:Stack", {}, { name: "shop-prod" });
const logGroup = resource(aws.logGroup, { retentionInDays: 7 }, { name: "audit" });
const reason = "Copied to the archive every hour.";
const exempting = (expires: string, name = "audit") => ({ exemptions: [{ resource: name, reason, expires }] });
const verdicts = (properties: object) =>
  evaluateRule(logRetention, [stack, logGroup], properties).map(({ verdict }) => verdict);

describe("levels", () => {
  test.each([
    ["dev", "dev"],
    ["dev-ada", "dev"],
    ["sandbox", "dev"],
    ["staging", "staging"],
    ["qa-2", "staging"],
    ["prod", "prod"],
    ["devops", "prod"],
    ["eu-live", "prod"],
  ])("stack %s has environment %s", (name, environment) => {
    expect(environmentOf(name)).toBe(environment);
  });

  test("dev is never stricter than staging, nor staging than prod", () => {
    const weight = { disabled: 0, advisory: 1, mandatory: 2 };
    for (const { levels } of rules) {
      const [dev = 0, staging = 0, prod = 0] = environments.map((environment) => weight[levels[environment]]);
      expect(dev).toBeLessThanOrEqual(staging);
      expect(staging).toBeLessThanOrEqual(prod);
    }
  });

  test("the level of a rule overrides `all`, and `all` overrides the environment", () => {
    const file = { all: "advisory", "log-retention": { enforcementLevel: "disabled" } };
    const config = packConfig(rules, "prod", file);
    expect(config.get("log-retention")?.level).toBe("disabled");
    expect(config.get("kms-key-rotation")?.level).toBe("advisory");
    expect(packConfig(rules, "dev").get("kms-key-rotation")?.level).toBe("advisory");
    expect(packConfig(rules, "prod").get("kms-key-rotation")?.level).toBe("mandatory");
    expect(evaluateRules(rules, [logGroup], packConfig(rules, "prod", { all: "disabled" }), today)).toEqual([]);
  });
});

describe("configuration file", () => {
  test("parameters override defaults", () => {
    expect(verdicts({ minDays: 7 })).toEqual([]);
    expect(verdicts({})).toEqual(["violation"]);
  });

  test.each([
    [{ "no-such-rule": "advisory" }, /no-such-rule: unknown rule/],
    [
      { "kms-key-rotation": "urgent" },
      /kms-key-rotation: expected a level \(advisory, mandatory, disabled\) or an object/,
    ],
    [{ "kms-key-rotation": { days: 3 } }, /kms-key-rotation: .*days/],
    [{ "log-retention": { minDays: "many" } }, /log-retention\.minDays: .*number/],
    [{ "log-retention": exempting("soon") }, /log-retention\.exemptions\.0\.expires/],
    [
      { "log-retention": { exemptions: [{ resource: "audit", reason: "because", expires: "2027-01-01" }] } },
      /exemptions\.0\.reason/,
    ],
    [["kms-key-rotation"], /must be an object|unknown rule/],
    // All problems together.
    [
      { "no-such-rule": "advisory", "kms-key-rotation": "urgent", "log-retention": { minDays: 0 } },
      /no-such-rule[^]*kms-key-rotation[^]*log-retention/,
    ],
  ])("%j is rejected", (file, message) => {
    const parse = () => packConfig(rules, "prod", file);
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(message);
  });

  test("the JSON Schema for the engine has the same checks", () => {
    expect(configSchemaOf(logRetention)).toMatchObject({
      minDays: { type: "integer", minimum: 1, default: 30 },
      exemptions: { type: "array", items: { required: ["resource", "reason", "expires"] } },
    });
    // The SDK reserves this name.
    for (const rule of rules) expect(Object.keys(configSchemaOf(rule))).not.toContain("enforcementLevel");
  });
});

describe("exemptions", () => {
  test("cover the named resource through their last day", () => {
    expect(verdicts(exempting("2027-01-01"))).toEqual(["exempt"]);
    expect(verdicts(exempting(today))).toEqual(["exempt"]);
    expect(verdicts(exempting("2027-01-01", "aud"))).toEqual(["violation"]);
    expect(evaluateRule(logRetention, [logGroup], exempting("2027-01-01"))[0]?.message).toContain(
      `Allowed until 2027-01-01: ${reason}`,
    );
  });

  test("are violations after they expire, in addition to the violation that they covered", () => {
    const outcomes = evaluateRule(logRetention, [stack, logGroup], exempting("2026-11-20"));
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(["violation", "violation"]);
    expect(outcomes[0]?.message).toMatch(/exemption of 'audit' from log-retention expired on 2026-11-20.*every hour/);
  });

  test.each(["log-retention", "vpc-flow-logs"])("of %s are violations without the resource", (name) => {
    expect(evaluateRule(ruleNamed(name), [stack], exempting("2026-11-20"))).toHaveLength(1);
  });
});

test("an input of the wrong type is a violation with its path", () => {
  const outcomes = evaluateRule(logRetention, [resource(aws.logGroup, { retentionInDays: ["x"] })]);
  expect(outcomes).toMatchObject([{ verdict: "violation" }]);
  expect(outcomes[0]?.message).toMatch(/retentionInDays is not a number, so the rule cannot be checked/);
});
