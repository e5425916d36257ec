import { readFileSync } from "node:fs";
import { join } from "node:path";

import { cliReference } from "../../cli/reference";

test("docs/cli.md is up to date (npm run docs:cli)", () => {
  expect(readFileSync(join(__dirname, "../../docs/cli.md"), "utf8")).toBe(cliReference());
});
