import type { z } from "zod";
import { isEncrypted } from "./encrypted";
import type { KnownKeys } from "./fields";
import { indexPaths, normalizeKey } from "./knownPaths";
import { nearest, suggest, wordsOfOtherTool } from "./suggestions";
import type { Finding, SettingPath } from "./problems";
import { finding, formatPath, valueAt } from "./problems";

type Issue = z.core.$ZodIssue;

export interface ParsedShape<Settings> {
  /** The parsed settings, without those that are invalid, so that the rest can be checked. */
  readonly settings: Settings | undefined;
  readonly findings: readonly Finding[];
  /** Invalid settings that were removed; checks that depend on them are meaningless. */
  readonly removed: readonly SettingPath[];
}

/**
 * Parses settings by a schema: keys, types, ranges and the form of texts. Never throws.
 *
 * @param placeholders values for required top-level settings that are missing or invalid, so that parsing can go on
 */
export function parseShape<Schema extends z.ZodType>(
  schema: Schema,
  raw: unknown,
  placeholders: Readonly<Record<string, unknown>> = {},
): ParsedShape<z.output<Schema>> {
  const first = schema.safeParse(raw, { reportInput: true });
  const hidden = [...hiddenKeys(raw, [])];
  if (first.success) return { settings: first.data, findings: hidden, removed: [] };
  const findings = [...hidden, ...first.error.issues.flatMap((issue) => explain(schema, issue, raw))];

  const removed: SettingPath[] = [];
  if (!isMapping(raw)) return { settings: undefined, findings, removed };
  const rest = structuredClone(raw);
  let { issues } = first.error;
  // Each round removes the invalid settings or their parents; settings are at most six levels deep.
  for (let round = 0; round < 8; round++) {
    for (const issue of issues) {
      const keys = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [key]) : [[]];
      for (const key of keys) removed.push(remove(rest, [...settingPath(issue.path), ...key], placeholders));
    }
    const parsed = schema.safeParse(rest, { reportInput: true });
    if (parsed.success) return { settings: parsed.data, findings, removed };
    issues = parsed.error.issues;
  }
  return { settings: undefined, findings, removed };
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** zod ignores keys called `__proto__` silently. */
function* hiddenKeys(value: unknown, path: SettingPath): Iterable<Finding> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === "__proto__") yield { path: here, found: child, message: "invalid name; choose another" };
    yield* hiddenKeys(child, here);
  }
}

const settingPath = (path: readonly PropertyKey[]): SettingPath =>
  path.map((step) => (typeof step === "number" ? step : String(step)));

/** Removes a setting, or its parent if the setting is absent or in a list. Returns the removed path. */
function remove(
  root: Record<string, unknown>,
  path: SettingPath,
  placeholders: Readonly<Record<string, unknown>>,
): SettingPath {
  const last = path.at(-1);
  const holder = valueAt(root, path.slice(0, -1));
  if (path.length === 1 && last !== undefined && last in placeholders) {
    root[last] = placeholders[last];
    return path;
  }
  if (last !== undefined && isMapping(holder) && Object.hasOwn(holder, last)) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain object that was cloned for this
    delete holder[last];
    return path;
  }
  return path.length > 1 ? remove(root, path.slice(0, -1), placeholders) : path;
}

function explain(schema: z.ZodType, issue: Issue, raw: unknown): readonly Finding[] {
  const path = settingPath(issue.path);
  const found = valueAt(raw, path);
  if (issue.code === "unrecognized_keys") {
    if (isEncrypted(found)) return [{ path, found, message: `must be a mapping; ${encryptedText}` }];
    const keys = JSON.parse(issue.message) as KnownKeys;
    return issue.keys.map((key) => {
      const here = [...path, key];
      return { path: here, found: valueAt(raw, here), message: unknownKey(schema, path, key, keys) };
    });
  }
  if (issue.code === "invalid_key") {
    return [{ path, found: path.at(-1), message: `invalid name: ${issue.issues[0]?.message ?? "choose another"}` }];
  }
  if (issue.code === "invalid_type" && found === undefined && Array.isArray(issue.path)) {
    return [finding(path, `missing; write ${noun(issue.expected)}`)].map((missing) => ({ ...missing, found }));
  }
  const message = describe(issue, found);
  if (!isEncrypted(found)) return [{ path, found, message }];
  return [{ path, found, message: `${message}; ${encryptedText}` }];
}

const encryptedText = "an encrypted value is a text, so write this one in plain text";

function unknownKey(schema: z.ZodType, path: SettingPath, key: string, { known, elsewhere, fixed }: KnownKeys): string {
  const kind = Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
  if (kind !== undefined) return `only valid with ${kind}; add that, or remove this`;
  const reason = Object.entries(fixed).find(([each]) => normalizeKey(each) === normalizeKey(key))?.[1];
  if (reason !== undefined) return `not configurable: ${reason}`;
  const sameKey = known.find((each) => normalizeKey(each) === normalizeKey(key));
  const words = sameKey === undefined ? wordsOfOtherTool(key) : [sameKey];
  const isHere = (word: string): boolean => known.includes(word.split(".")[0] ?? "");
  const word = words.find((each) => isHere(each) || /^(cluster\.|aws:)/.test(each));
  if (word !== undefined) {
    return `unknown setting; did you mean ${isHere(word) ? formatPath([...path, ...word.split(".")]) : word}?`;
  }
  const meant = nearest(key, known);
  if (meant !== undefined) return `unknown setting; did you mean ${formatPath([...path, meant])}?`;
  const others = indexPaths(schema).get(normalizeKey(key)) ?? [];
  // A name of many settings, such as enabled, does not say which one is meant.
  if (others.length > 0 && others.length <= 3) return `unknown setting; did you mean ${others.join(" or ")}?`;
  return `unknown setting; ${suggest(key, known)}`;
}

function describe(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected, found);
    case "too_small":
      if (issue.origin === "array") return "must not be empty; write at least one entry";
      return `must be at least ${issue.minimum}; write a whole number from ${issue.minimum} up`;
    case "too_big":
      if (issue.origin === "array") return `must have at most ${issue.maximum} entries`;
      return `must be at most ${issue.maximum}; write a whole number up to ${issue.maximum}`;
    case "invalid_value":
      return typeof found !== "string" && !issue.message.startsWith("Invalid")
        ? issue.message
        : oneOf(issue.values.map(String), found);
    case "invalid_union":
      return "options" in issue && Array.isArray(issue.options)
        ? oneOf(issue.options.filter((option) => option !== undefined).map(String), found)
        : issue.message;
    default:
      return issue.message;
  }
}

function oneOf(values: readonly string[], found: unknown): string {
  const meant = typeof found === "string" ? nearest(found, values) : undefined;
  const list = values.length === 1 ? (values[0] ?? "") : `one of ${values.join(", ")}`;
  if (typeof found === "string" && values.includes(found)) return `must be a number; write ${found} without quotes`;
  return meant === undefined ? `unknown value; write ${list}` : `unknown value; did you mean ${meant}? Write ${list}`;
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
      ? `${wanted}; write {} for the defaults, or remove the key`
      : `${wanted}; write one, or remove the key for the default`;
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
