/** Configuration from Pulumi ESC environments. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isEncrypted } from "../../components/settings/encrypted";
import { parseStackFile } from "../../stacks/file/stackFile";
import { environmentVariable } from "../../stacks/openedEnvironment";
import { resolveConfig } from "../../stacks/stackConfig";
import type { StackConfig } from "../../stacks/stackConfig";
import { environmentCases, stackFileOf } from "./environmentCases";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-environment-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  Reflect.deleteProperty(process.env, environmentVariable);
});

function resolve(text: string): StackConfig {
  const parsed = parseStackFile("Pulumi.test.yaml", text);
  if (!parsed.ok) return parsed;
  const resolved = resolveConfig("test", parsed.file);
  return resolved.ok ? resolved : { ok: false, problems: parsed.places.locate(resolved.problems, parsed.file.config) };
}

/** Configuration with `[secret]` for encrypted values. */
function configOf(text: string): unknown {
  const resolved = resolve(text);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return JSON.parse(JSON.stringify(resolved.config), (_key, value: unknown) =>
    isEncrypted(value) ? "[secret]" : value,
  );
}

/** Names the output of the Pulumi CLI. */
function open(opened: unknown, text = JSON.stringify(opened)): void {
  const file = join(folder, "opened");
  writeFileSync(file, text);
  process.env[environmentVariable] = file;
}

const accepted = environmentCases.filter(({ expected }) => expected !== undefined);
const refused = environmentCases.filter(({ expected }) => expected === undefined);

test.each(accepted)("$title", ({ expected, ...text }) => {
  expect(configOf(stackFileOf(text))).toEqual(expected);
});

test.each(refused)("refuses $title, as the Pulumi CLI does", (text) => {
  const resolved = resolve(stackFileOf(text));
  if (resolved.ok) throw new Error(JSON.stringify(resolved.config));
  const [problem] = resolved.problems;
  expect(problem?.path).toContain("environment");
  expect(problem?.message).toMatch(/write|remove|choose|add|mean|must be|run/);
});

test("problems name the line", () => {
  const lines = ["environment:", "  values:", "    pulumiConfig:", "      cluster:", '        name: "${nme}"', ""];
  expect(resolve(lines.join("\n"))).toEqual({
    ok: false,
    problems: [
      {
        path: "environment.values.pulumiConfig.cluster.name",
        found: "${nme}",
        message: "no such value; add it below environment.values",
        place: "Pulumi.test.yaml:5",
      },
    ],
  });
});

const imports = "config: {aws:region: eu-central-1, holdfast:cluster: {tags: {a: '1'}}}\nenvironment: [acme/base]\n";

test.each([
  ["an imported environment", imports],
  ["a function", "environment:\n  values: {pulumiConfig: {cluster: {fn::open::aws-login: {}}}}\n"],
  [
    "a value of Pulumi Cloud",
    "environment:\n  values: {pulumiConfig: {cluster: {name: '${context.pulumi.user.login}'}}}\n",
  ],
])("%s is refused with the command that opens it", (_title, text) => {
  const resolved = resolve(text);
  expect(resolved).toMatchObject({
    ok: false,
    problems: [{ place: expect.stringMatching(/^Pulumi.test.yaml:[12]$/) as string }],
  });
  expect(JSON.stringify(resolved)).toContain(
    "run pulumi config --stack test --open --json > environment.json, and set HOLDFAST_ENVIRONMENT=environment.json",
  );
});

test("merges what pulumi config prints below the file", () => {
  open({
    "aws:region": { value: "eu-west-1", secret: false },
    "holdfast:cluster": {
      value: '{"name":"a","tags":{"a":"2","b":"3"}}',
      objectValue: { name: "a", tags: { a: "2", b: "3" } },
      secret: false,
    },
    "holdfast:registries": { secret: true },
  });
  expect(configOf(imports)).toEqual({
    "aws:region": "eu-central-1",
    "holdfast:cluster": { name: "a", tags: { a: "1", b: "3" } },
    "holdfast:registries": "[secret]",
  });
});

test.each([
  ["JSON", undefined],
  ["YAML", "pulumiConfig:\n   cluster:\n      name: a\n   aws:profile: ops\nother: 1\n"],
])("merges what pulumi env open prints as %s below the file", (_format, text) => {
  open({ pulumiConfig: { cluster: { name: "a" }, "aws:profile": "ops" }, other: 1 }, text);
  expect(configOf(imports)).toEqual({
    "aws:profile": "ops",
    "aws:region": "eu-central-1",
    "holdfast:cluster": { name: "a", tags: { a: "1" } },
  });
});

test("none stands for an environment without configuration; files without an environment ignore the variable", () => {
  process.env[environmentVariable] = "none";
  expect(configOf(imports)).toEqual({ "aws:region": "eu-central-1", "holdfast:cluster": { tags: { a: "1" } } });
  process.env[environmentVariable] = join(folder, "absent");
  expect(configOf("config: {holdfast:cluster: {name: a}}\n")).toEqual({ "holdfast:cluster": { name: "a" } });
});

test.each<[title: string, opened: string, message: RegExp]>([
  ["no mapping", "[1]", /no mapping.*pulumi config --stack test --open --json/],
  ["neither output", '{"environmentVariables": {}}', /no pulumiConfig.*HOLDFAST_ENVIRONMENT=none/],
  ["no JSON", '{"a": ', /cannot be read.*pulumi config --stack test/],
  ["a hidden cluster", '{"holdfast:cluster": {"secret": true}}', /holdfast:cluster.*add --show-secrets/],
  ["a cluster that is no mapping", '{"pulumiConfig": {"cluster": "a"}}', /must be a mapping/],
])("an opened environment with %s is refused", (_title, opened, message) => {
  open(undefined, opened);
  const resolved = resolve(imports);
  expect(resolved.ok).toBe(false);
  expect(JSON.stringify(resolved)).toMatch(message);
});

test("a missing file is refused", () => {
  process.env[environmentVariable] = join(folder, "absent");
  expect(JSON.stringify(resolve(imports))).toMatch(/absent.*cannot be read.*ENOENT/);
});

test("secrets of an opened environment are placeholders, except in the cluster", () => {
  open({
    "holdfast:cluster": { value: "{}", objectValue: { name: "a" }, secret: true },
    "holdfast:registries": { value: "{}", objectValue: { ghcr: { password: "s3cret" } }, secret: true },
  });
  expect(configOf("environment: [acme/base]\n")).toEqual({
    "holdfast:cluster": { name: "a" },
    "holdfast:registries": "[secret]",
  });
});

test("settings are sorted as the engine passes them", () => {
  open({ pulumiConfig: { cluster: { workers: { b: {}, a10: {}, a2: {} } } } });
  const text = "config: {holdfast:cluster: {workers: {c: {}, a3: {}}}}\nenvironment: [acme/base]\n";
  const { workers } = (configOf(text) as Record<string, { workers: object }>)["holdfast:cluster"] ?? {};
  expect(Object.keys(workers ?? {})).toEqual(["a10", "a2", "a3", "b", "c"]);
});
