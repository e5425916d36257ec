import { readFileSync } from "node:fs";
import { join } from "node:path";

import { rulesReference } from "../../simulation/rulesReference";

test("docs/aws-rules.md is up to date (npm run docs:aws-rules)", () => {
  expect(readFileSync(join(__dirname, "../../docs/aws-rules.md"), "utf8")).toBe(rulesReference());
});
