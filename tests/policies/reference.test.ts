import { readFileSync } from "node:fs";
import { join } from "node:path";

import { policyReference } from "../../policies/reference";
import { rules } from "../../policies/rules";

test("docs/policies.md is what npm run docs:policies would write", () => {
  expect(readFileSync(join(__dirname, "../../docs/policies.md"), "utf8")).toBe(policyReference());
});

test("every rule has a row with its three levels", () => {
  const lines = policyReference().split("\n");
  for (const { name, levels } of rules) {
    expect(lines).toContainEqual(
      expect.stringContaining(`| \`${name}\` | ${levels.dev} | ${levels.staging} | ${levels.prod} |`),
    );
  }
});

test("settings that rules name exist", () => {
  const settings = readFileSync(join(__dirname, "../../docs/settings.md"), "utf8");
  const named = rules.flatMap(({ setting }) => setting ?? []);
  const lacking = named.filter((path) => !settings.includes(`| \`${path}\``) && !settings.includes(`| \`${path}.`));
  expect(lacking).toEqual([]);
});
