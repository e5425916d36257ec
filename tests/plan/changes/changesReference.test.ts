import { readFileSync } from "node:fs";
import { join } from "node:path";

import { changeCases } from "../../../plan/changes/cases";
import { ChangeTrial, changeRow, changesReference, renderChanges } from "../../../plan/changes/changesReference";
import { longTest } from "../../long";

// Two plans for most of the changes.
jest.setTimeout(900_000);

const page = readFileSync(join(__dirname, "../../../docs/changes.md"), "utf8");
const rowsOf = (text: string): readonly string[] => text.split("\n").filter((line) => /^\| (?!Change |---)/.test(line));
const titleOf = (row: string): string => row.split(" | ")[0] ?? "";

test("docs/changes.md lists all changes, and no change has an unexpected kind of effect (npm run docs:changes)", () => {
  const rows = rowsOf(page);
  expect(rows.map(titleOf)).toEqual(rowsOf(renderChanges(new Map())).map(titleOf));
  const effects = rows.map((row) => row.split(" | ")[1]);
  expect(effects.length).toBeGreaterThanOrEqual(30);
  expect(new Set(effects)).toEqual(new Set(["refused", "rolled out", "updated in place", "no effect"]));
});

test("every fifth change has the effect in docs/changes.md (npm run docs:changes)", async () => {
  const trial = new ChangeTrial();
  const rows = rowsOf(page);
  const cases = Object.values(changeCases).flat();
  for (const [index, each] of cases.entries()) {
    if (index % 5 === 0) expect(rows[index]).toBe(changeRow(each, await trial.try(each)));
  }
});

longTest("docs/changes.md is up to date (npm run docs:changes)", async () => {
  expect(page).toBe(await changesReference());
});
