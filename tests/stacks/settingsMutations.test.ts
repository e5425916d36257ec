import * as fc from "fast-check";
import { parseSettings } from "../../stacks/settings";
import type { SettingsProblem } from "../../stacks/settings";
import { stackConfig, stackNames } from "./settingsSupport";

type Json = Record<string, unknown> | unknown[];

/** All places in a configuration, each as a mapping or list and a key in it. */
function places(value: unknown): { holder: Json; key: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Json;
  return Object.entries(holder).flatMap(([key, child]) => [{ holder, key }, ...places(child)]);
}

interface Mutation {
  readonly kind: "delete" | "replace" | "insert";
  /** Index of the place as a fraction of all places. */
  readonly at: number;
  readonly key: string;
  readonly value: unknown;
}

/** Known keys in wrong places reach more checks than random keys. */
const knownKeys = [...new Set(stackNames.flatMap((stack) => places(stackConfig(stack)).map(({ key }) => key)))];

const text = fc.oneof(
  fc.constantFrom(
    "10.0.0.0/8",
    "0.0.0.0/0",
    "10.0.0.0/33",
    "a",
    "eu-central-1z",
    "m6g.medium",
    "p5.48xlarge",
    "..",
    "ami-",
    "",
  ),
  fc.string(),
);
const value = fc.oneof(
  text,
  fc.integer({ min: -2, max: 20000 }),
  fc.jsonValue(),
  fc.array(text),
  fc.dictionary(text, text),
);

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("delete" as const, "replace" as const, "insert" as const),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  key: fc.oneof(fc.constantFrom(...knownKeys), fc.constantFrom("__proto__", "constructor", "toString"), fc.string()),
  value,
});

function apply(config: Record<string, unknown>, { kind, at, key, value: inserted }: Mutation): void {
  const all = places(config);
  const place = all[Math.floor(at * all.length)];
  if (!place) return;
  const target = kind === "insert" ? key : place.key;
  if (kind === "delete") {
    if (Array.isArray(place.holder)) place.holder.splice(Number(place.key), 1);
    else Reflect.deleteProperty(place.holder, place.key);
  } else if (kind === "insert" && Array.isArray(place.holder)) {
    place.holder.push(inserted);
  } else {
    Object.defineProperty(place.holder, target, {
      value: inserted,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}

/** True if a problem has a path, a value and a readable message. */
const isComplete = ({ path, found, message }: SettingsProblem): boolean =>
  path !== "" && found !== "" && message.length > 10 && !/undefined|\[object|Invalid input/.test(message);

test.each(stackNames)("random changes to the file of stack %s give a specification or complete problems", (stack) => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
      const config = stackConfig(stack);
      for (const change of mutations) apply(config, change);
      const result = parseSettings(config);
      if (result.ok) return;
      expect(result.problems.length).toBeGreaterThan(0);
      // One assertion for all problems: tens of thousands of assertions would be slow.
      expect(result.problems.filter((problem) => !isComplete(problem))).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test("random values of cluster and region never throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (cluster, region) => {
      expect(parseSettings({ "aws:region": region, cluster }).ok).toBe(false);
    }),
    { numRuns: 300 },
  );
});
