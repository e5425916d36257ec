/** Every rule on every type of resource that it judges: what it lets pass, and what it does not. */
import { rules } from "../../policies/rules";
import { availabilityCases } from "./cases/availability";
import { backupCases } from "./cases/backup";
import { computeCases } from "./cases/compute";
import { costCases } from "./cases/cost";
import { encryptionCases } from "./cases/encryption";
import { iamCases } from "./cases/iam";
import { networkCases } from "./cases/network";
import { pkiCases } from "./cases/pki";
import { storageCases } from "./cases/storage";
import { tenancyCases } from "./cases/tenancy";
import { containerCases, workloadCases } from "./cases/workloads";
import { ask } from "./scene";
import type { Cases } from "./scene";

const cases: Cases = {
  ...networkCases,
  ...computeCases,
  ...encryptionCases,
  ...storageCases,
  ...iamCases,
  ...availabilityCases,
  ...backupCases,
  ...pkiCases,
  ...containerCases,
  ...workloadCases,
  ...tenancyCases,
  ...costCases,
};

test("there are at least 40 rules, each under its own name", () => {
  expect(rules.length).toBeGreaterThanOrEqual(40);
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
});

test("there are cases for rules only", () => {
  const names = new Set(rules.map(({ name }) => name));
  expect(Object.keys(cases).filter((name) => !names.has(name))).toEqual([]);
});

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
  const own = cases[name] ?? [];

  test("has a case on each of its types", () => {
    const tried = new Set(own.map(({ fails }) => fails[0]?.type));
    expect(rule.types.filter((type) => !tried.has(type))).toEqual([]);
  });

  test("says what has to hold, why it matters and what to write", () => {
    for (const text of [rule.what, rule.why, rule.fix]) expect(text).toMatch(/^[\p{Lu}"'a-z].{15,}\.$/u);
    expect(rule.types.length).toBeGreaterThan(0);
  });

  test.each(own.map((one, index) => [index + 1, one.fails[0]?.type, one] as const))(
    "case %i, %s",
    (_index, _type, { passes, fails, says }) => {
      expect(ask(rule, passes)).toEqual([]);
      const outcomes = ask(rule, fails);
      expect(outcomes.map(({ verdict }) => verdict)).toContain("violation");
      const messages = outcomes.map(({ message }) => message);
      expect(messages.join("\n")).toMatch(says);
      expect(messages.every((message) => message.includes(rule.why) && message.includes(rule.fix))).toBe(true);
    },
  );
});
