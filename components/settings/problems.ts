import { isEncrypted } from "./encrypted";

/** Problem in a stack's settings, for people and for programs. */
export interface SettingsProblem {
  /** Setting as `pulumi config set --path` takes it: `cluster.workers.general.max`. */
  readonly path: string;
  /** Value of the setting as JSON, shortened; `nothing` where it is absent. */
  readonly found: string;
  /** Description of the problem, then what to write instead. */
  readonly message: string;
  /** File and line of the setting, or of the mapping that lacks it: `stacks/Pulumi.prod.yaml:12`. Absent if no file has the value. */
  readonly place?: string;
}

/** Keys and indexes below `cluster`; or {@link regionPath}. */
export type SettingPath = readonly (string | number)[];

/** Path of the region: beside `cluster`, because Pulumi's AWS provider reads it there. */
export const regionPath: SettingPath = ["aws:region"];

/** Key of the user's own authority keys: beside `cluster`, because `cluster` is not secret. */
export const authorityKeysPath = "authorityKeys";

/** Problem before its path and value are formatted. */
export interface Finding {
  readonly path: SettingPath;
  readonly message: string;
  /** Value to show; absent: the value that the settings or their defaults have at `path`. */
  readonly found?: unknown;
  /** Other settings that cause the problem. If one of them is invalid itself, the finding is dropped. */
  readonly involves?: readonly SettingPath[];
}

/** Finding about the value at a path. */
export const finding = (path: SettingPath, message: string, involves: readonly SettingPath[] = []): Finding => ({
  path,
  message,
  involves,
});

/** Finding for each duplicate in a list. */
export function* checkDuplicates(path: SettingPath, values: readonly string[]): Iterable<Finding> {
  for (const [index, value] of values.entries()) {
    const first = values.indexOf(value);
    if (first < index) yield finding([...path, index], "duplicate; remove one", [[...path, first]]);
  }
}

/** Value at a path, or undefined. */
export function valueAt(root: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    return (value as Record<string | number, unknown>)[step];
  }, root);
}

/** Formats a path below `cluster` as Pulumi's property paths do; names with dots are bracketed and quoted. */
export function formatPath(path: SettingPath): string {
  if (path[0] === regionPath[0]) return "aws:region";
  if (path[0] === authorityKeysPath) return path.map(formatStep).join("");
  return ["cluster", ...path].map(formatStep).join("");
}

/** Formats a path below `environment` of a stack file. */
export const formatEnvironmentPath = (path: SettingPath): string => ["environment", ...path].map(formatStep).join("");

/**
 * Steps of a formatted path: `cluster.tags["a.b"][0]` has `cluster`, `tags`, `a.b`, 0. Undefined for a text that is no path, such
 * as a key with two dots in a row.
 */
export function parsePath(text: string): SettingPath | undefined {
  const path: (string | number)[] = [];
  const step = /\.?([^.[\]"\\\s]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (step.lastIndex < text.length) {
    const [, key, index, quoted] = step.exec(text) ?? [];
    if (quoted !== undefined) path.push(JSON.parse(quoted) as string);
    else if (index !== undefined) path.push(Number(index));
    else if (key !== undefined) path.push(key);
    else return undefined;
  }
  return path;
}

function formatStep(step: string | number, index: number): string {
  if (typeof step === "number") return `[${step}]`;
  if (!/^[^.[\]"\\\s]+$/.test(step)) return `[${JSON.stringify(step)}]`;
  return index === 0 ? step : `.${step}`;
}

/** Formats a value of the settings on one line of at most about 80 characters. Private keys, passwords in URLs and encrypted values are hidden. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (isEncrypted(value) || (typeof value === "string" && value.includes("PRIVATE KEY"))) return "[secret]";
  const json = typeof value === "number" ? String(value) : (JSON.stringify(value) as string | undefined);
  if (json === undefined) return typeof value;
  const whole = json.replace(/(:\/\/)[^/\s"]*@/g, "$1[secret]@");
  return whole.length <= 80 ? whole : `${whole.slice(0, 77)}...`;
}

/** Formats a finding that carries its value. */
export function toProblem(finding: Finding): SettingsProblem {
  return { path: formatPath(finding.path), found: show(finding.found), message: finding.message };
}

/** Formats a problem with its place like a compiler, so that editors can jump there; otherwise path first. */
export function formatProblem({ place, path, found, message }: SettingsProblem): readonly string[] {
  if (place === undefined) return [path, `  found: ${found}`, `  ${message}`];
  return [`${place}: ${path}: ${message}`, `  found: ${found}`];
}

/** Formats all problems for a terminal: one paragraph each. */
export function formatProblems(problems: readonly SettingsProblem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const paragraphs = problems.map((problem) =>
    formatProblem(problem)
      .map((line) => `  ${line}\n`)
      .join(""),
  );
  return [`${count} in the settings:\n`, ...paragraphs].join("\n");
}
