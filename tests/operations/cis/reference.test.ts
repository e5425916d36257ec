import { readFileSync } from "node:fs";
import { join } from "node:path";

import { cisChecks } from "../../../operations/cis/checks";
import { judgments } from "../../../operations/cis/judgments";
import { securityReference } from "../../../operations/cis/reference";
import { kubeBenchFindings } from "../../../operations/cis/scanners";

const readDoc = (name: string): string => readFileSync(join(__dirname, "../../../docs", name), "utf8");
const range = (prefix: string, first: number, last: number): readonly string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${prefix}.${first + index}`);

/** Numbers of all checks of benchmark 1.12, by section. */
const all = [
  ...[...range("1.1", 1, 21), ...range("1.2", 1, 30), ...range("1.3", 1, 7), ...range("1.4", 1, 2)],
  ...[...range("2", 1, 7), ...range("3.1", 1, 3), ...range("3.2", 1, 2)],
  ...[...range("4.1", 1, 10), ...range("4.2", 1, 14), ...range("4.3", 1, 1)],
  ...[...range("5.1", 1, 13), ...range("5.2", 1, 12), ...range("5.3", 1, 2), ...range("5.4", 1, 2)],
  ...[...range("5.5", 1, 1), ...range("5.6", 1, 4)],
];
/** Those that the benchmark marks Manual, in the sections with automated checks. */
const manual = new Set([
  ...[
    "1.1.9",
    "1.1.10",
    "1.1.20",
    "1.1.21",
    "1.2.1",
    "1.2.3",
    "1.2.9",
    "1.2.11",
    "1.2.20",
    "1.2.27",
    "1.2.28",
    "1.2.29",
  ],
  ...["1.3.1", "2.7", "4.1.3", "4.1.4", "4.1.7", "4.1.8", "4.2.4", "4.2.5", "4.2.7", "4.2.8", "4.2.9"],
  ...["4.2.11", "4.2.12", "4.2.13", "4.2.14"],
]);
const automated = all.filter((id) => /^[124]/.test(id) && !manual.has(id));

test("docs/security.md is up to date (npm run docs:security)", () => {
  expect(readDoc("security.md")).toBe(securityReference());
});

test("each automated check of the benchmark is evaluated from facts", () => {
  expect(cisChecks.filter((check) => check.automated).map(({ id }) => id)).toEqual(automated);
});

test("each check of the benchmark has exactly one answer", () => {
  const answered = [...cisChecks.map(({ id }) => id), ...judgments.flatMap(({ ids }) => ids)];
  expect(answered.toSorted()).toEqual(all.toSorted());
});

test("findings of kube-bench are checks of the benchmark", () => {
  expect(kubeBenchFindings.flatMap(({ ids }) => ids).filter((id) => !all.includes(id))).toEqual([]);
});

test("settings named by checks exist", () => {
  const settings = readDoc("settings.md");
  const texts = [...cisChecks, ...judgments].flatMap((check) => [check.answer, "fix" in check ? check.fix : ""]);
  const named = texts.flatMap((text) =>
    [...text.matchAll(/`((?:access|addons|controlPlane|nodes|pki|workers)\.[\w.]+)/g)].map(([, path = ""]) => path),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !settings.includes(`| \`${path}`))).toEqual([]);
});
