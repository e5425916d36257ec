import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { SettingsProblem } from "../../stacks/settings";
import { parseSettings } from "../../stacks/settings";

/** The stacks whose files are in the repository. */
export const stackNames = ["dev", "staging", "prod"] as const;

const configs = new Map<string, Record<string, unknown>>();

/** A stack file's `config`, for the caller to change. */
export function stackConfig(stack: string): Record<string, unknown> {
  const known = configs.get(stack) ?? readConfig(stack);
  configs.set(stack, known);
  return structuredClone(known);
}

function readConfig(stack: string): Record<string, unknown> {
  const text = readFileSync(join(__dirname, `../../stacks/Pulumi.${stack}.yaml`), "utf8");
  return (parse(text) as { config: Record<string, unknown> }).config;
}

/** A minimal cluster with some settings on top: by dotted path, or by `["key", …]` as JSON where a key has dots itself. */
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

/** Problems of a configuration; none where it is right. */
export function problemsOf(config: Readonly<Record<string, unknown>>): readonly SettingsProblem[] {
  const result = parseSettings(config);
  return result.ok ? [] : result.problems;
}

/** One bad input: what it is, the configuration, and for each problem in order its path and a piece of its message. */
export type BadInput = readonly [
  what: string,
  config: Readonly<Record<string, unknown>>,
  ...expected: readonly (readonly [path: string, message: RegExp])[],
];

/** Asserts that exactly the expected problems come, each with its message. */
export function expectProblems([, config, ...expected]: BadInput): void {
  const problems = problemsOf(config);
  expect(problems.map(({ path }) => path)).toEqual(expected.map(([path]) => path));
  for (const [index, [, message]] of expected.entries()) expect(problems[index]?.message).toMatch(message);
}
