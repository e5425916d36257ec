/** Files and lines of problems in stack files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import { formatPath, formatProblems, parsePath } from "../../../components/settings/problems";
import type { SettingPath } from "../../../components/settings/problems";
import { parseStackFile } from "../../../stacks/file/stackFile";
import { parseSettings } from "../../../stacks/settings";
import { locateInStackFile } from "../../../stacks/stackFilePlaces";

const name = "stacks/Pulumi.test.yaml";

/** Problems of a stack file as `<line> <setting>`. */
function linesOf(text: string, change: (config: Record<string, unknown>) => void = () => undefined): readonly string[] {
  const read = parseStackFile(name, text);
  if (!read.ok) throw new Error(formatProblems(read.problems));
  const config = structuredClone(read.file.config);
  change(config);
  const parsed = parseSettings(config);
  if (parsed.ok) return [];
  return read.places.locate(parsed.problems, config).map(({ place, path }) => {
    expect(place === undefined || place.startsWith(`${name}:`)).toBe(true);
    return `${place?.slice(name.length + 1) ?? "none"} ${path}`;
  });
}

/** The text of a file whose cluster begins in line 4. */
const fileOf = (...lines: readonly string[]): string =>
  ["config:", "  aws:region: eu-central-1", "  holdfast:cluster:", ...lines.map((line) => `    ${line}`), ""].join(
    "\n",
  );

test.each<[title: string, text: string, ...expected: string[]]>([
  ["a misspelled key", fileOf("name: test", "contolPlane: {}"), "5 cluster.contolPlane"],
  ["a value", fileOf("name: test", "controlPlane:", "  members: 2"), "6 cluster.controlPlane.members"],
  [
    "a value in a list",
    fileOf("name: test", "protect: false", "network:", "  zones:", "    - a", "    - x"),
    "9 cluster.network.zones[1]",
  ],
  [
    "a value in a flow list",
    fileOf("name: test", "protect: false", "network:", "  zones: [a,", "    a]"),
    "8 cluster.network.zones[1]",
  ],
  [
    "a key in a list of mappings",
    fileOf(
      "name: test",
      "workers:",
      "  a:",
      "    taints:",
      "      - { key: a, effect: NoSchedule }",
      "      - key: b",
      "        effekt: NoSchedule",
    ),
    "9 cluster.workers.a.taints[1].effect",
    "10 cluster.workers.a.taints[1].effekt",
  ],
  ["a missing key: its mapping", fileOf("protect: false", "network:", "  zones: [a]"), "3 cluster.name"],
  [
    "a missing key of an entry: the entry",
    fileOf("name: test", "access:", "  oidc: {}", "  authentication:", "    oidc:", "      corp: {}"),
    "9 cluster.access.authentication.oidc.corp.url",
    "9 cluster.access.authentication.oidc.corp.audiences",
    "9 cluster.access.authentication.oidc.corp.username",
    "6 cluster.access.oidc",
  ],
  ["no region: config", "config:\n  holdfast:cluster:\n    name: test\n", "1 aws:region"],
  ["no cluster: config", "# none\nconfig:\n  aws:region: eu-central-1\n", "2 cluster.name"],
  ["a key with a dot in its name", fileOf("name: test", "tags:", "  a.b: x", '  "aws:c": x'), "7 cluster.tags.aws:c"],
  [
    "the name of the section without namespace",
    "config:\n  aws:region: eu-central-1\n  cluster:\n    nme: x\n",
    "3 cluster.name",
    "4 cluster.nme",
  ],
  ["a setting without --path", `${fileOf("name: test")}  holdfast:cluster.protect: true\n`, "5 cluster.protect"],
  ["an unknown namespace", `${fileOf("name: test")}  holdfst:cluster: {}\n`, "5 holdfst:cluster"],
  [
    "an alias: the value of the anchor",
    `x-pool: &pool\n  min: 9\n  max: 1\n${fileOf("name: test", "workers:", "  a: *pool")}`,
    "3 cluster.workers.a.max",
  ],
  [
    "a merge key: the merged value, or the own one",
    `x-pool: &pool\n  min: -1\n  max: -1\n${fileOf("name: test", "workers:", "  a:", "    <<: *pool", "    max: -2")}`,
    "2 cluster.workers.a.min",
    "11 cluster.workers.a.max",
  ],
  [
    "several merged mappings: the first that has the key",
    `x: [&one { min: -1 }, &two { min: -2,\n  max: -1 }]\n${fileOf("name: test", "workers:", "  a: { <<: [*one, *two] }")}`,
    "1 cluster.workers.a.min",
    "2 cluster.workers.a.max",
  ],
  [
    "a key with an alias: the key in the file",
    fileOf("name: &n test", "tags: { owner: *n }", "protect: 1"),
    "6 cluster.protect",
  ],
])("%s", (_title, text, ...expected) => {
  expect(linesOf(text)).toEqual(expected);
});

test("a value that the file does not have has no line", () => {
  const text = fileOf("name: test", "controlPlane: { members: 3 }");
  const override = (value: unknown) => (config: Record<string, unknown>) => {
    (config["holdfast:cluster"] as Record<string, unknown>).controlPlane = value;
  };
  expect(linesOf(text, override({ members: 2 }))).toEqual(["none cluster.controlPlane.members"]);
  expect(linesOf(text, override({ members: 3, size: 2 }))).toEqual(["none cluster.controlPlane.size"]);
});

test("a secret of the file has its line, although the program gets it decrypted", () => {
  const text = fileOf("name: test", "tags:", "  owner: { secure: v1:a }");
  const decrypted = (config: Record<string, unknown>): void => {
    (config["holdfast:cluster"] as Record<string, unknown>).tags = { owner: "\u0000" };
  };
  expect(linesOf(text, decrypted)).toEqual(["6 cluster.tags.owner"]);
});

test("problems with a line begin like those of a compiler", () => {
  const text = formatProblems([
    { place: "stacks/Pulumi.prod.yaml:12", path: "cluster.contolPlane", found: "{}", message: "unknown setting" },
  ]);
  expect(text).toBe(
    "1 problem in the settings:\n\n  stacks/Pulumi.prod.yaml:12: cluster.contolPlane: unknown setting\n    found: {}\n",
  );
});

test("parsePath is the inverse of formatPath", () => {
  const step = fc.oneof(fc.string({ minLength: 1 }), fc.nat(99), fc.constantFrom("a.b", 'a"b', "a\\b", "[0]", "ä b"));
  fc.assert(
    fc.property(fc.array(step), (path: SettingPath) => {
      fc.pre(path[0] !== "aws:region" && path[0] !== "authorityKeys");
      expect(parsePath(formatPath(path))).toEqual(["cluster", ...path]);
    }),
  );
});

describe("under the engine", () => {
  const staging = readFileSync(join(__dirname, "../../../stacks/Pulumi.staging.yaml"), "utf8");
  const line = 1 + staging.split("\n").findIndex((text) => text.includes("instanceType: m6i.large"));
  const problem = { path: "cluster.controlPlane.instanceType", found: "x", message: "y" };
  const configWith = (instanceType: string) => ({
    "holdfast:cluster": JSON.stringify({ controlPlane: { instanceType } }),
  });

  test("a problem has the line of the selected stack's file, if the file has the value", () => {
    const [located] = locateInStackFile("staging", configWith("m6i.large"), [problem]);
    expect(located?.place).toBe(`stacks/Pulumi.staging.yaml:${line}`);
  });

  test.each([
    ["another value, as of --config or an environment", "staging", configWith("m6i.xlarge")],
    ["a stack without a file here, as with --config-file", "absent", configWith("m6i.large")],
  ])("%s: no line", (_title, stack, config) => {
    expect(locateInStackFile(stack, config, [problem])).toEqual([problem]);
  });
});
