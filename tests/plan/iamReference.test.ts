import { readFileSync } from "node:fs";
import { join } from "node:path";

import { iamReference } from "../../plan/iamReference";

test("docs/iam.md is up to date (npm run docs:iam)", async () => {
  expect(readFileSync(join(__dirname, "../../docs/iam.md"), "utf8")).toBe(await iamReference());
});
