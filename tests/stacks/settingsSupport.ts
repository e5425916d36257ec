import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { SettingsProblem } from "../../stacks/settings";
import { parseSettings } from "../../stacks/settings";

/** Stacks of the repository. */
export const stackNames = ["dev", "staging", "prod"] as const;

const configs = new Map<string, Record<string, unknown>>();

/** Copy of the `config` of a stack file. */
export function stackConfig(stack: string): Record<string, unknown> {
  const known = configs.get(stack) ?? readConfig(stack);
  configs.set(stack, known);
  return structuredClone(known);
}

function readConfig(stack: string): Record<string, unknown> {
  const text = readFileSync(join(__dirname, `../../stacks/Pulumi.${stack}.yaml`), "utf8");
  return (parse(text) as { config: Record<string, unknown> }).config;
}

/** Configuration of a minimal cluster with some settings, by dotted path, or by `["key", …]` as JSON if a key contains dots. */
export function cluster(
  settings: Readonly<Record<string, unknown>> = {},
  region = "eu-central-1",
): Record<string, unknown> {
  const root: Record<string, unknown> = { name: "test" };
  for (const [path, value] of Object.entries(settings)) {
    const steps = path.startsWith("[") ? (JSON.parse(path) as string[]) : path.split(".");
    let holder = root;
    for (const step of steps.slice(0, -1)) holder = (holder[step] ??= {}) as Record<string, unknown>;
    holder[steps.at(-1) ?? ""] = value;
  }
  return { "aws:region": region, "holdfast:cluster": root };
}

/** Problems of a configuration; empty if it is valid. */
export function problemsOf(config: Readonly<Record<string, unknown>>): readonly SettingsProblem[] {
  const result = parseSettings(config);
  return result.ok ? [] : result.problems;
}

type Config = Readonly<Record<string, unknown>>;

/** Path and pattern of the message of one problem. A pattern alone is about the only setting of its row. */
type Expected = RegExp | readonly [path: string, message: RegExp];

/** Title, settings, and the problems that they cause, in order. */
export type BadSettings = readonly [title: string, settings: object, ...expected: readonly Expected[]];

/** Declares one test per row: the configuration causes no problem. */
export function accepts(rows: readonly (readonly [title: string, config: Config])[]): void {
  test.each(rows)("accepts %s", (_title, config) => {
    expect(problemsOf(config)).toEqual([]);
  });
}

/** Asserts that a configuration causes exactly the expected problems. */
export function expectProblems(config: Config, ...expected: readonly (readonly [path: string, message: RegExp])[]) {
  const problems = problemsOf(config);
  expect(problems.map(({ path }) => path)).toEqual(expected.map(([path]) => path));
  for (const [index, [, message]] of expected.entries()) expect(problems[index]?.message).toMatch(message);
}

/** Declares one test per row. The paths of the rows are relative to `prefix`. */
export function rejects(
  rows: readonly BadSettings[],
  { kind = "", prefix = "cluster.", toConfig = (settings: object): Config => cluster(settings as Config) } = {},
): void {
  test.each(rows.map((row) => ({ title: kind + row[0], row })))(
    "rejects $title",
    ({ row: [, settings, ...expected] }) => {
      const [only = ""] = Object.keys(settings);
      const problems = expected.map((each) => (each instanceof RegExp ? ([only, each] as const) : each));
      expectProblems(toConfig(settings), ...problems.map(([path, message]) => [prefix + path, message] as const));
    },
  );
}

/** Declares one test per row; the settings are whole configurations, and the paths are complete. */
export function rejectsConfigs(rows: readonly BadSettings[]): void {
  rejects(rows, { prefix: "", toConfig: (config) => config as Config });
}
