import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { settingsReference } from "../../stacks/settingsReference";

const repository = join(__dirname, "../..");

test("docs/settings.md is what the schema says; `npm run docs:settings` writes it", () => {
  expect(readFileSync(join(repository, "docs/settings.md"), "utf8")).toBe(settingsReference());
});

test("every setting of the reference is described and says whether it must be written", () => {
  const rows = settingsReference()
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split(" | "));
  expect(rows.length).toBeGreaterThan(70);
  for (const [path, , byDefault, description] of rows) {
    expect(`${path ?? ""} ${description ?? ""}`).toMatch(/^\| `[^`]+` [A-Z`kV].{8,}/);
    if (!/`(network\.vpc\.source|etcd\.topology)`/.test(path ?? "")) expect(byDefault?.trim()).not.toBe("");
  }
});

test("Pulumi.yaml declares the project as the CLI wants it", () => {
  const project = parse(readFileSync(join(repository, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
  expect(project).toMatchObject({
    name: "holdfast",
    runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--import tsx" } },
    stackConfigDir: "stacks",
    // A key of the project without a default must be in every stack; a key of another project may not have a type.
    config: { cluster: { type: "object" } },
  });
  // There it would move the program's working directory; it stands in package.json.
  expect(project).not.toHaveProperty("main");
});
