/** Every rule has a passing and a failing case for each of its types. */
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
import { evaluateRule } from "./fixtures";
import type { Cases } from "./fixtures";

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
const names = rules.map(({ name }) => name);

test("rule names are unique", () => {
  expect(new Set(names).size).toBe(names.length);
});

test("every case belongs to a rule", () => {
  expect(Object.keys(cases).filter((name) => !names.includes(name))).toEqual([]);
});

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
  const table = (cases[name] ?? []).map(([passing, failing, message]) => ({
    passing: [passing].flat(),
    failing: [failing].flat(),
    message,
    type: [failing].flat()[0]?.type,
  }));

  test("has a case for each type", () => {
    expect(rule.types.length).toBeGreaterThan(0);
    expect(rule.types.filter((type) => !table.some((row) => row.type === type))).toEqual([]);
  });

  test("requirement, reason and fix are sentences", () => {
    for (const text of [rule.requirement, rule.reason, rule.fix]) expect(text).toMatch(/^\p{Lu}.{15,}\.$/u);
  });

  test.each(table)("case $#, $type", ({ passing, failing, message }) => {
    expect(evaluateRule(rule, passing)).toEqual([]);
    const outcomes = evaluateRule(rule, failing);
    expect(outcomes.map(({ verdict }) => verdict)).toContain("violation");
    const messages = outcomes.map((outcome) => outcome.message);
    expect(messages.join("\n")).toMatch(message);
    expect(messages.filter((text) => !text.includes(rule.reason) || !text.includes(rule.fix))).toEqual([]);
  });
});
