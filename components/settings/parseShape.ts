import type { z } from "zod";
import { nearest } from "./suggestions";
import type { Finding, SettingPath } from "./problems";
import { formatPath } from "./problems";
import { clusterSchema } from "../clusterSettings";

/** Problems of shape: keys, types, ranges and the form of single texts. */

type Issue = z.core.$ZodIssue;

export interface ParsedShape {
  /** The settings where the shape is right; else the settings without what is wrong, so that the rest can be checked. */
  readonly settings: z.output<typeof clusterSchema> | undefined;
  readonly findings: readonly Finding[];
  /** Settings that were left out; nothing can be said of what depends on them. */
  readonly leftOut: readonly SettingPath[];
}

/** Compares settings with the schema; never throws. */
export function parseShape(input: unknown): ParsedShape {
  const raw = withDiscriminators(input);
  const first = clusterSchema.safeParse(raw, { reportInput: true });
  const hidden = [...hiddenKeys(raw, [])];
  if (first.success) return { settings: first.data, findings: hidden, leftOut: [] };
  const findings = [...hidden, ...first.error.issues.flatMap((issue) => explain(issue, raw))];
  const { settings, leftOut } = parseWithoutBroken(raw, first.error.issues);
  return { settings, findings, leftOut };
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** zod passes over keys called `__proto__` without a word. */
function* hiddenKeys(value: unknown, path: SettingPath): Iterable<Finding> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === "__proto__") yield { path: here, found: child, message: "is no name for a setting; write another" };
    yield* hiddenKeys(child, here);
  }
}

/** Fills in `network.vpc.source` and `etcd.topology`: a union's default applies only where the whole union is absent. */
function withDiscriminators(input: unknown): unknown {
  if (!isMapping(input)) return input;
  const { etcd, network } = input;
  const result = { ...input };
  if (isMapping(etcd) && etcd.topology === undefined) result.etcd = { topology: "stacked", ...etcd };
  if (isMapping(network) && isMapping(network.vpc) && network.vpc.source === undefined) {
    result.network = { ...network, vpc: { source: "create", ...network.vpc } };
  }
  return result;
}

/** Takes out what the issues complain of until the rest parses, so that one misspelling hides no other problem. */
function parseWithoutBroken(raw: unknown, issues: readonly Issue[]): Pick<ParsedShape, "settings" | "leftOut"> {
  const leftOut: SettingPath[] = [];
  if (!isMapping(raw)) return { settings: undefined, leftOut };
  const rest = structuredClone(raw);
  // Each round removes something or goes one level up; the deepest setting is six levels down.
  for (let round = 0; round < 8; round++) {
    for (const issue of issues) {
      const keys = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [key]) : [[]];
      for (const key of keys) leftOut.push(takeOut(rest, [...settingPath(issue.path), ...key]));
    }
    const parsed = clusterSchema.safeParse(rest, { reportInput: true });
    if (parsed.success) return { settings: parsed.data, leftOut };
    issues = parsed.error.issues;
  }
  return { settings: undefined, leftOut };
}

const settingPath = (path: readonly PropertyKey[]): SettingPath =>
  path.map((step) => (typeof step === "number" ? step : String(step)));

/** Stands in for a name that is missing or wrong; what depends on the name is not reported then. */
const placeholderName = "cluster";

/** Removes the setting, or what holds it where it is absent or in a list; returns what was removed. */
function takeOut(root: Record<string, unknown>, path: SettingPath): SettingPath {
  const last = path.at(-1);
  const holder = at(root, path.slice(0, -1));
  if (path.length === 1 && last === "name") {
    root.name = placeholderName;
    return path;
  }
  if (last !== undefined && isMapping(holder) && Object.hasOwn(holder, last)) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain object that was cloned for this
    delete holder[last];
    return path;
  }
  return path.length > 1 ? takeOut(root, path.slice(0, -1)) : path;
}

/** What stands at a path in the input. */
export function at(root: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    return (value as Record<string | number, unknown>)[step];
  }, root);
}

function explain(issue: Issue, raw: unknown): readonly Finding[] {
  const path = settingPath(issue.path);
  const found = at(raw, path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const here = [...path, key];
      return { path: here, found: at(raw, here), message: unknownKey(path, key, issue.message.split(" ")) };
    });
  }
  if (issue.code === "invalid_key") {
    return [
      { path, found: path.at(-1), message: `is no name for this: ${issue.issues[0]?.message ?? "write another"}` },
    ];
  }
  if (issue.code === "invalid_type" && found === undefined && Array.isArray(issue.path)) {
    return [{ path, found, message: `is missing; write ${noun(issue.expected)}` }];
  }
  return [{ path, found, message: describe(issue, found) }];
}

function describe(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected, found);
    case "too_small":
      if (issue.origin === "array") return "must not be empty";
      return `must be at least ${issue.minimum}; write a whole number from there`;
    case "too_big":
      return `must be at most ${issue.maximum}; write a whole number up to that`;
    case "invalid_value":
      return typeof found !== "string" && !issue.message.startsWith("Invalid")
        ? issue.message
        : oneOf(issue.values.map(String), found);
    case "invalid_union":
      return "options" in issue && Array.isArray(issue.options)
        ? oneOf(issue.options.map(String), found)
        : issue.message;
    default:
      return issue.message;
  }
}

function oneOf(values: readonly string[], found: unknown): string {
  const meant = typeof found === "string" ? nearest(found, values) : undefined;
  const list = values.length === 1 ? (values[0] ?? "") : `one of ${values.join(", ")}`;
  if (typeof found === "string" && values.includes(found)) return `write ${found} without quotes`;
  return meant === undefined ? `write ${list}` : `did you mean ${meant}? Write ${list}`;
}

const nouns: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

const noun = (expected: string): string => nouns[expected] ?? expected;

function wrongType(expected: string, found: unknown): string {
  const wanted = `must be ${noun(expected)}`;
  if (found === null) {
    return expected === "object" || expected === "record"
      ? `${wanted}; write {} for the defaults, or leave it out`
      : `${wanted}; write one, or leave it out for the default`;
  }
  if ((expected === "int" || expected === "number") && typeof found === "string" && /^\d+$/.test(found)) {
    return `${wanted}; write ${found} without quotes`;
  }
  if (expected === "boolean" && (found === "true" || found === "false")) return `${wanted}; write it without quotes`;
  if (expected === "string" && (typeof found === "number" || typeof found === "boolean")) {
    return `${wanted}; write it in quotes`;
  }
  if (expected === "array" && typeof found === "string") return `${wanted}; write [${JSON.stringify(found)}]`;
  return wanted;
}

/** Settings that stand in one kind of a union only. */
function wrongKind(path: SettingPath, key: string): string | undefined {
  const [first, second] = path;
  if (
    path.length === 1 &&
    first === "etcd" &&
    ["members", "instanceType", "architecture", "rootVolume"].includes(key)
  ) {
    return "goes with etcd on machines of its own; add topology: external, or leave it out";
  }
  if (path.length === 2 && first === "network" && second === "vpc") {
    if (["id", "privateSubnets", "publicSubnets"].includes(key)) {
      return "goes with a VPC that exists; add source: existing, or leave it out";
    }
  }
  return undefined;
}

function unknownKey(path: SettingPath, key: string, known: readonly string[]): string {
  const kind = wrongKind(path, key);
  if (kind !== undefined) return kind;
  const meant = nearest(key, known);
  if (meant !== undefined) return `is no setting; did you mean ${formatPath([...path, meant])}?`;
  return `is no setting; known here: ${known.join(", ")}`;
}
