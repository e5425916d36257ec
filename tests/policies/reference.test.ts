import { readFileSync } from "node:fs";
import { join } from "node:path";

import { policyReference } from "../../policies/reference";
import { rules } from "../../policies/rules";

const readDoc = (name: string): string => readFileSync(join(__dirname, "../../docs", name), "utf8");

test("docs/policies.md is up to date (npm run docs:policies)", () => {
  expect(readDoc("policies.md")).toBe(policyReference());
});

test("settings named by rules exist", () => {
  const settings = readDoc("settings.md");
  const named = rules.flatMap(({ setting }) => setting ?? []);
  expect(named.filter((path) => !settings.includes(`| \`${path}\``) && !settings.includes(`| \`${path}.`))).toEqual([]);
});
