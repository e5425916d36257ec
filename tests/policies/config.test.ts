/** Levels, parameters and exemptions. */
import { ConfigError, configSchemaOf, packConfig } from "../../policies/model/config";
import { judge } from "../../policies/model/evaluate";
import { environmentOf, environments } from "../../policies/model/levels";
import type { Rule } from "../../policies/model/rule";
import { aws } from "../../policies/model/types";
import { rules } from "../../policies/rules";
import { ask, on, today } from "./scene";

function named(name: string): Rule {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

const retained = named("logs-retained");
const stack = on("pulumi:pulumi:Stack", {}, { name: "shop-prod" });
const group = on(aws.logGroup, { retentionInDays: 7 }, { name: "audit" });
const reason = "Copied to the archive every hour.";
const exempting = (expires: string, resource = "audit") => ({ exemptions: [{ resource, reason, expires }] });
const verdicts = (properties: object) => ask(retained, [stack, group], properties).map(({ verdict }) => verdict);

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
  ])("a stack named %s is %s", (name, environment) => {
    expect(environmentOf(name)).toBe(environment);
  });

  test("development is never held to more than production", () => {
    const weight = { disabled: 0, advisory: 1, mandatory: 2 };
    for (const { levels } of rules) {
      const [dev = 0, staging = 0, prod = 0] = environments.map((environment) => weight[levels[environment]]);
      expect(dev).toBeLessThanOrEqual(staging);
      expect(staging).toBeLessThanOrEqual(prod);
    }
  });

  test("a file's own level goes over `all`, and `all` over the environment's", () => {
    const file = { all: "advisory", "logs-retained": { enforcementLevel: "disabled" } };
    const config = packConfig(rules, "prod", file);
    expect(config.get("logs-retained")?.level).toBe("disabled");
    expect(config.get("keys-rotate")?.level).toBe("advisory");
    expect(packConfig(rules, "dev").get("keys-rotate")?.level).toBe("advisory");
    expect(packConfig(rules, "prod").get("keys-rotate")?.level).toBe("mandatory");
    expect(judge(rules, [group], packConfig(rules, "prod", { all: "disabled" }), today)).toEqual([]);
  });
});

describe("what a file may say", () => {
  test("parameters reach their rule", () => {
    expect(verdicts({ leastDays: 7 })).toEqual([]);
    expect(verdicts({})).toEqual(["violation"]);
  });

  test.each([
    [{ "no-such-rule": "advisory" }, /no-such-rule: there is no such rule/],
    [{ "keys-rotate": "urgent" }, /keys-rotate: neither a level \(advisory, mandatory, disabled\) nor a mapping/],
    [{ "keys-rotate": { days: 3 } }, /keys-rotate: .*days/],
    [{ "logs-retained": { leastDays: "many" } }, /logs-retained\.leastDays: .*number/],
    [{ "logs-retained": exempting("soon") }, /logs-retained\.exemptions\.0\.expires/],
    [
      { "logs-retained": { exemptions: [{ resource: "audit", reason: "because", expires: "2027-01-01" }] } },
      /exemptions\.0\.reason/,
    ],
    [["keys-rotate"], /not a mapping|there is no such rule/],
  ])("%j is refused", (file, message) => {
    expect(() => packConfig(rules, "prod", file)).toThrow(ConfigError);
    expect(() => packConfig(rules, "prod", file)).toThrow(message);
  });

  test("all problems are told of together", () => {
    const file = { "no-such-rule": "advisory", "keys-rotate": "urgent", "logs-retained": { leastDays: 0 } };
    expect(() => packConfig(rules, "prod", file)).toThrow(/no-such-rule[^]*keys-rotate[^]*logs-retained/);
  });

  test("the engine checks the same by JSON schema", () => {
    const schema = configSchemaOf(retained);
    expect(schema).toMatchObject({
      leastDays: { type: "integer", minimum: 1, default: 30 },
      exemptions: { type: "array", items: { required: ["resource", "reason", "expires"] } },
    });
    // The SDK keeps this name for itself.
    for (const rule of rules) expect(Object.keys(configSchemaOf(rule))).not.toContain("enforcementLevel");
  });
});

describe("exemptions", () => {
  test("hold for the resource that they name, to the end of their last day", () => {
    expect(verdicts(exempting("2027-01-01"))).toEqual(["exempt"]);
    expect(verdicts(exempting(today))).toEqual(["exempt"]);
    expect(verdicts(exempting("2027-01-01", "aud"))).toEqual(["violation"]);
  });

  test("are violations once they have expired, beside what they allowed", () => {
    const outcomes = ask(retained, [stack, group], exempting("2026-11-20"));
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(["violation", "violation"]);
    expect(outcomes[0]?.message).toMatch(/exemption of 'audit' from logs-retained expired on 2026-11-20.*every hour/);
  });

  test("that have expired are told of even when what they allowed is gone, also by rules about all resources", () => {
    expect(ask(retained, [stack], exempting("2026-11-20"))).toHaveLength(1);
    expect(ask(named("vpc-flow-logs"), [stack], exempting("2026-11-20"))).toHaveLength(1);
  });

  test("say why in what they let pass", () => {
    expect(ask(retained, [group], exempting("2027-01-01"))[0]?.message).toContain(
      `Allowed until 2027-01-01: ${reason}`,
    );
  });
});

test("an input of a wrong type breaks the rule, with its path", () => {
  const outcomes = ask(retained, [on(aws.logGroup, { retentionInDays: ["x"] })]);
  expect(outcomes).toMatchObject([{ verdict: "violation" }]);
  expect(outcomes[0]?.message).toMatch(/retentionInDays is not a number, so that it cannot be judged/);
});
