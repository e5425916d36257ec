import { readFileSync } from "node:fs";
import { join } from "node:path";

import { changesReference } from "../../../plan/changes/changesReference";

// Two plans for most of the changes.
jest.setTimeout(900_000);

test("docs/changes.md is up to date (npm run docs:changes), and no change has an unexpected kind of effect", async () => {
  const text = await changesReference();
  const rows = text.split("\n").filter((line) => /^\| (?!Change |---)/.test(line));
  const effects = rows.map((row) => row.split(" | ")[1]);
  expect(effects.length).toBeGreaterThanOrEqual(30);
  expect(new Set(effects)).toEqual(new Set(["refused", "rolled out", "updated in place", "no effect"]));
  expect(readFileSync(join(__dirname, "../../../docs/changes.md"), "utf8")).toBe(text);
});
