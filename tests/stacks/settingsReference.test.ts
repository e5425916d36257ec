import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { clusterJsonSchema, stackFileSchema } from "../../stacks/settingsSchema";
import { settingsReference } from "../../stacks/settingsReference";
import { problemsOf, stackNames } from "./settingsSupport";

const read = (path: string): string => readFileSync(join(__dirname, "../..", path), "utf8");
const readStack = (stack: string) => parse(read(`stacks/Pulumi.${stack}.yaml`)) as Record<string, unknown>;

test("npm run docs:settings is up to date", () => {
  expect(read("docs/settings.md")).toBe(settingsReference());
  expect(JSON.parse(read("stacks/schema.json"))).toEqual(stackFileSchema());
});

test("every setting of the reference has a description, and is required or has a default", () => {
  const rows = settingsReference()
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split(" | "));
  expect(rows.length).toBeGreaterThan(70);
  for (const [path, , defaultText, description] of rows) {
    expect(`${path ?? ""} ${description ?? ""}`).toMatch(/^\| `[^`]+` [A-Za-z`].{8,}/);
    if (!/`(network\.vpc\.source|etcd\.topology)`/.test(path ?? "")) expect(defaultText?.trim()).not.toBe("");
  }
});

describe("JSON Schema, as editors apply it", () => {
  const validate = new Ajv2020({ strict: false }).compile(stackFileSchema());

  test.each(stackNames)("accepts stacks/Pulumi.%s.yaml, which refers to it", (stack) => {
    expect(read(`stacks/Pulumi.${stack}.yaml`)).toMatch(/^# yaml-language-server: \$schema=schema\.json\n/);
    validate(readStack(stack));
    expect(validate.errors).toBeNull();
  });

  test.each([
    ["a list of environments", ["acme/base"], true],
    ["a definition", { imports: ["acme/base"], values: { pulumiConfig: {} } }, true],
    ["a text", "acme/base", false],
    ["an unknown key", { value: {} }, false],
  ])("with an environment, it accepts files without the required settings: %s", (_title, environment, isValid) => {
    expect(validate({ environment })).toBe(isValid);
    expect(validate({ environment, config: { "holdfast:cluster": { tags: {} } } })).toBe(isValid);
    expect(validate({ config: { "holdfast:cluster": { tags: {} } } })).toBe(false);
  });

  test.each([
    ["an unknown setting", { name: "a", kubernetesVersoin: "1.36.3" }],
    ["an unknown setting of a worker pool", { name: "a", workers: { general: { minSize: 1 } } }],
    ["a wrong type", { name: "a", workers: { general: { min: "1" } } }],
    ["a number out of range", { name: "a", pki: { leafHours: 1 } }],
    ["an unknown choice", { name: "a", network: { nat: "double" } }],
    ["a missing name", { scale: "small" }],
    ["a setting of another topology", { name: "a", etcd: { members: 3 } }],
    ["an encrypted number", { name: "a", workers: { general: { min: { secure: "v1:x" } } } }],
  ])("refuses %s", (_, cluster) => {
    expect(validate({ config: { "aws:region": "eu-central-1", "holdfast:cluster": cluster } })).toBe(false);
  });

  test.each([
    ["texts", { name: { secure: "v1:x" }, tags: { owner: { secure: "v1:x" } }, domain: { secure: "v1:x" } }],
    ["texts in a list", { name: "a", workers: { general: { instanceTypes: [{ secure: "v1:x" }] } } }],
    ["choices", { name: "a", network: { nat: { secure: "v1:x" } } }],
    ["texts of a variant", { name: "a", etcd: { topology: "external", instanceType: { secure: "v1:x" } } }],
  ])("accepts encrypted %s, and anchors beside config", (_, cluster) => {
    validate({ "x-anchors": {}, config: { "aws:region": "eu-central-1", "holdfast:cluster": cluster } });
    expect(validate.errors).toBeNull();
  });
});

describe("examples of the reference", () => {
  const sections = Object.entries(
    clusterJsonSchema().properties as Readonly<Record<string, { type?: string; examples?: unknown[] }>>,
  );

  test("each section has one", () => {
    const scalars = ["name", "domain", "kubernetesVersion", "emulatedVersion", "scale", "protect", "tags"];
    const without = sections.filter(([key, { examples }]) => !scalars.includes(key) && examples === undefined);
    expect(without.map(([key]) => key)).toEqual([]);
  });

  test.each(sections.flatMap(([key, { examples = [] }]) => examples.map((example) => [key, example] as const)))(
    "%s is valid",
    (key, example) => {
      const cluster = { name: "prod", [key]: example };
      const problems = problemsOf({ "aws:region": "eu-central-1", "holdfast:cluster": cluster });
      expect(problems.filter(({ path }) => path.startsWith(`cluster.${key}`))).toEqual([]);
    },
  );
});

test("Pulumi.yaml declares the project as the CLI requires", () => {
  const project = parse(read("Pulumi.yaml")) as Record<string, unknown>;
  expect(project).toMatchObject({
    name: "holdfast",
    runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--import tsx --stack-trace-limit=1" } },
    stackConfigDir: "stacks",
    // Without a default, the CLI requires this key in every stack.
    config: { cluster: { type: "object" } },
  });
  // `main` belongs into package.json; here it would change the program's working directory.
  expect(project).not.toHaveProperty("main");
});
