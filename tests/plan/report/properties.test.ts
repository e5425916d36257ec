/** Properties of all comparisons and all pages. */
import { isDeepStrictEqual } from "node:util";

import fc from "fast-check";

import { comparePlans } from "../../../plan/comparison/compare";
import { differences } from "../../../plan/comparison/differences";
import { changedLines } from "../../../plan/comparison/lineDiff";
import { markup } from "../../../plan/report/html/markup";
import type { PlainResource } from "../../../plan/report/planFile";
import { describeComparison } from "../../../plan/report/terminal/describeComparison";
import { planOf, resource, types, urn } from "./plans";

const inputs = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }) as fc.Arbitrary<PlainResource["inputs"]>;
const resources: fc.Arbitrary<readonly PlainResource[]> = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom("a", "b", "c", "d", "e"), inputs, inputs)
    .map(([name, given, outputs]) => resource("aws:x/y:Y", name, { inputs: given, outputs })),
  { selector: ({ urn: id }) => id },
);

const same = (_path: string, before: unknown, after: unknown): boolean => before === after;

test("a plan has no changes against itself", () => {
  fc.assert(
    fc.property(resources, (list) => {
      const copy = JSON.parse(JSON.stringify(list)) as PlainResource[];
      const { changes, unchanged } = comparePlans(planOf(list), planOf(copy), types);
      expect([changes, unchanged]).toEqual([[], list.length]);
    }),
  );
});

test("every resource is listed at most once, and created and deleted ones are complete", () => {
  fc.assert(
    fc.property(resources, resources, (before, after) => {
      const comparison = comparePlans(planOf(before), planOf(after), types);
      const { changes, unchanged } = comparison;
      const urns = changes.map((change) => change.urn);
      expect(new Set(urns).size).toBe(urns.length);
      const of = (action: string) => changes.filter((change) => change.action === action).map((change) => change.urn);
      const missing = (list: readonly PlainResource[], from: readonly PlainResource[]) =>
        list.map((item) => item.urn).filter((id) => from.every((item) => item.urn !== id));
      expect(of("create").sort()).toEqual([...missing(after, before)].sort());
      expect(of("delete").sort()).toEqual([...missing(before, after)].sort());
      expect(after.length).toBe(unchanged + changes.length - of("delete").length);
      for (const { changes: properties } of changes) {
        const paths = properties.map(({ path }) => path);
        expect(new Set(paths).size).toBe(paths.length);
      }
      // The terminal shows one line per changed resource.
      const lines = describeComparison(comparison, { width: 1000 }).split("\n");
      expect(lines.filter((line) => /^ {2}(\+ |~ |\+-|- ) x Y/.test(line))).toHaveLength(changes.length);
    }),
  );
});

/** Small values, which are often equal or nearly equal. */
const { small } = fc.letrec<{ small: Readonly<Record<string, unknown>>; item: unknown }>((tie) => ({
  small: fc.dictionary(fc.constantFrom("x", "y"), tie("item"), { maxKeys: 2, noNullPrototype: true }),
  item: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(1, "1", null, true),
    tie("small"),
    fc.array(tie("item"), { maxLength: 2 }),
  ),
}));

test("different values have differences, equal ones have none", () => {
  fc.assert(
    fc.property(small, small, (left, right) => {
      const found = [...differences(left, right, same)];
      expect(found.length === 0).toBe(isDeepStrictEqual(left, right));
      for (const { before, after } of found) expect(before).not.toEqual(after);
    }),
    { numRuns: 500 },
  );
});

test("changed lines account for every line of both texts", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", "")).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const changed = changedLines(before, after) ?? [];
      const count = (of: string, line: string) => of.split("\n").filter((other) => other === line).length;
      for (const line of ["a", "b", "c", ""]) {
        const signed = (sign: string) => changed.filter((item) => item.sign === sign && item.line === line).length;
        expect(count(before, line) - signed("-") + signed("+")).toBe(count(after, line));
      }
      if (before === after) expect(changed).toEqual([]);
    }),
  );
});

test("markup escapes every text", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "a", "/", " ") }), (text) => {
      const { text: page } = markup`<p title="${text}">${[text]}</p>`;
      const [, title, content] = /^<p title="([^"<>']*)">([^"<>']*)<\/p>$/.exec(page) ?? [];
      const read = (escaped: string | undefined) =>
        escaped?.replace(/&(lt|gt|amp|quot|#39);/g, (_all, name: string) => entities[name] ?? "");
      expect([read(title), read(content)]).toEqual([text, text]);
    }),
  );
});

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" };

test("a replacement replaces the whole chain of resources that hold its id", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), (length) => {
      const chain = (first: number) =>
        Array.from({ length }, (_, index) =>
          resource("aws:x/y:Y", `r${index}`, {
            inputs: { fixed: index === 0 ? first : `id-of-number-${index - 1}-` },
            dependsOn: index === 0 ? [] : [urn("aws:x/y:Y", `r${index - 1}`)],
            outputs: { id: `id-of-number-${index}-` },
          }),
        );
      const { changes } = comparePlans(planOf(chain(1)), planOf(chain(2)), types);
      expect(changes.map(({ action }) => action)).toEqual(Array.from({ length }, () => "replace"));
    }),
    { numRuns: 20 },
  );
});
