/** Where two values differ, leaf by leaf. */

export interface Difference {
  /** Path within the value: `tags.Name`, `rules[2].cidr`. Empty for the value itself. */
  readonly path: string;
  /** Undefined where there was nothing. */
  readonly before: unknown;
  /** Undefined where there is nothing any more. */
  readonly after: unknown;
}

/** Says whether two leaves mean the same; values that differ by chance only (a fresh key) may. */
export type SameLeaf = (path: string, before: unknown, after: unknown) => boolean;

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every difference between two values. Texts that hold JSON, such as IAM policies, are compared inside. */
export function* differences(before: unknown, after: unknown, same: SameLeaf, path = ""): Iterable<Difference> {
  const left = opened(before);
  const right = opened(after);
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

/** What a mapping holds itself: keys come from files, and may be called `constructor`. */
const own = (mapping: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(mapping, key) ? mapping[key] : undefined;

const byIndex = (items: readonly unknown[]): Keyed => Object.fromEntries(items.entries());

const step = (key: string): string => (/^[^.[\]"\s]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

/** Fields that name an item of a list, so that one that is added in front does not make all others look changed. */
const naming = ["key", "name", "Sid"];

type Keyed = Readonly<Record<string, unknown>>;

/** Two lists of named items as mappings, or undefined where items have no names of their own. */
function keyed(before: readonly unknown[], after: readonly unknown[]): readonly [Keyed, Keyed] | undefined {
  for (const field of naming) {
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

/** The mapping in a JSON text; anything else as it is. */
function opened(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
