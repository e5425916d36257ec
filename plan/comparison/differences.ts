/** One changed leaf of a value. */
export interface Difference {
  /** Path within the value: `tags.Name`, `rules[2].cidr`. Empty for the value itself. */
  readonly path: string;
  /** Undefined for an added leaf. */
  readonly before: unknown;
  /** Undefined for a removed leaf. */
  readonly after: unknown;
}

/** Compares two leaves. Values that differ in every plan (generated keys) may count as the same. */
export type SameLeaf = (path: string, before: unknown, after: unknown) => boolean;

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** All differences between two values. JSON texts, such as IAM policies, are compared as mappings. */
export function* differences(before: unknown, after: unknown, same: SameLeaf, path = ""): Iterable<Difference> {
  const left = parseJson(before);
  const right = parseJson(after);
  if (isMapping(left) && isMapping(right)) {
    yield* differencesByKey(left, right, same, (key) => (path === "" ? key : `${path}${step(key)}`));
  } else if (Array.isArray(left) && Array.isArray(right)) {
    const byName = keyed(left, right);
    if (byName) yield* differencesByKey(...byName, same, (key) => `${path}[${key}]`);
    else yield* differencesByKey(byIndex(left), byIndex(right), same, (key) => `${path}[${key}]`);
  } else if (!same(path, before, after)) {
    yield { path, before, after };
  }
}

function* differencesByKey(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  same: SameLeaf,
  pathOf: (key: string) => string,
): Iterable<Difference> {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* differences(own(before, key), own(after, key), same, pathOf(key));
  }
}

/** Own property of a mapping: keys come from files and may be called `constructor`. */
const own = (mapping: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(mapping, key) ? mapping[key] : undefined;

const byIndex = (items: readonly unknown[]): Keyed => Object.fromEntries(items.entries());

const step = (key: string): string => (/^[^.[\]"\s]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

/** Fields that name the items of a list: an item added in front does not change all others. */
const nameFields = ["key", "name", "Sid"];

type Keyed = Readonly<Record<string, unknown>>;

/** Two lists of named items as mappings; undefined if the items have no unique names. */
function keyed(before: readonly unknown[], after: readonly unknown[]): readonly [Keyed, Keyed] | undefined {
  for (const field of nameFields) {
    const left = keyedBy(field, before);
    const right = keyedBy(field, after);
    if (left && right) return [left, right];
  }
  return undefined;
}

function keyedBy(field: string, items: readonly unknown[]): Keyed | undefined {
  const entries = items.map((item) => [isMapping(item) ? item[field] : undefined, item] as const);
  const names = new Set(entries.map(([name]) => name));
  const distinct = names.size === items.length && [...names].every((name) => typeof name === "string");
  return distinct ? Object.fromEntries(entries as [string, unknown][]) : undefined;
}

/** The mapping of a JSON text; returns other values unchanged. */
function parseJson(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
