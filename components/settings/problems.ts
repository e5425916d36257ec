/** What is wrong with a stack's settings, for people and for programs. */
export interface SettingsProblem {
  /** The setting, as `pulumi config set --path` takes it: `cluster.workers.general.max`. */
  readonly path: string;
  /** What stands there, as JSON, shortened; `nothing` where nothing does. */
  readonly found: string;
  /** What is wrong and what to write instead. */
  readonly message: string;
}

/** Keys and indexes below `cluster`; or {@link regionPath}. */
export type SettingPath = readonly (string | number)[];

/** Where the region stands: beside `cluster`, as Pulumi's AWS provider wants it. */
export const regionPath: SettingPath = ["aws:region"];

/** Where the keys of one's own authorities stand: beside `cluster`, for `cluster` is no secret as a whole. */
export const authorityKeysPath = "authorityKeys";

/** A problem before its path is written out. */
export interface Finding {
  readonly path: SettingPath;
  readonly found: unknown;
  readonly message: string;
  /** Other settings that the problem arises from; if one of them is broken itself, the finding means nothing. */
  readonly involves?: readonly SettingPath[];
}

/** Writes a path below `cluster` as Pulumi's property paths do; names with dots are bracketed and quoted. */
export function formatPath(path: SettingPath): string {
  if (path[0] === regionPath[0]) return "aws:region";
  if (path[0] === authorityKeysPath) return path.map(formatStep).join("");
  return ["cluster", ...path].map(formatStep).join("");
}

function formatStep(step: string | number, index: number): string {
  if (typeof step === "number") return `[${step}]`;
  if (!/^[^.[\]"\\\s]+$/.test(step)) return `[${JSON.stringify(step)}]`;
  return index === 0 ? step : `.${step}`;
}

/** Shows a value of the settings on one line of at most about 80 characters. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string" && value.includes("PRIVATE KEY")) return "[secret]";
  const whole = typeof value === "number" ? String(value) : (JSON.stringify(value) as string | undefined);
  if (whole === undefined) return typeof value;
  return whole.length <= 80 ? whole : `${whole.slice(0, 77)}...`;
}

/** Writes out a finding. */
export function toProblem(finding: Finding): SettingsProblem {
  return { path: formatPath(finding.path), found: show(finding.found), message: finding.message };
}

/** All problems as text for a terminal: one paragraph each, path first. */
export function formatProblems(problems: readonly SettingsProblem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const paragraphs = problems.map(({ path, found, message }) => `  ${path}\n    found: ${found}\n    ${message}\n`);
  return [`${count} in the settings:\n`, ...paragraphs].join("\n");
}
