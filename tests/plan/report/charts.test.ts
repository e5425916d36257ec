/** Charts of pages: positions of bars, labels and lines. */
import fc from "fast-check";
import { barRows, placeBars } from "../../../plan/report/html/chart/barRows";
import { textWidth } from "../../../plan/report/html/chart/figure";
import { linearScale, logarithmicScale, powersOfTen, ticks } from "../../../plan/report/html/chart/scale";
import { type LaidOutBar, layOutTimeline, timeline } from "../../../plan/report/html/chart/timeline";
import type { Markup } from "../../../plan/report/html/markup";
import { elementsIn, numberIn, type PageElement, parsePage, withClass } from "../../parsedPage";

const pageOf = ({ text }: Markup): PageElement =>
  parsePage(`<!doctype html><html><head><title>t</title></head><body>${text}</body></html>`);

describe("axes", () => {
  /** Times in seconds or counts, with three decimals. */
  const interval = fc
    .tuple(fc.integer({ min: -10_000_000, max: 10_000_000 }), fc.integer({ min: 10, max: 10_000_000 }))
    .map(([from, span]) => [from / 1000, (from + span) / 1000] as const);

  test.each([
    [[0, 37.9], 12, [0, 5, 10, 15, 20, 25, 30, 35]],
    [[-3, 41], 12, [0, 5, 10, 15, 20, 25, 30, 35, 40]],
    [[0, 0.5], 5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
    [[-0.4, 1], 4, [0, 0.5, 1]],
    [[7, 7], 4, [7]],
  ] as const)("of %j have round values", ([from, to], most, expected) => {
    expect(ticks([from, to], most)).toEqual(expected);
  });

  test("have few values, at equal distances of 1, 2 or 5 times a power of ten, within the interval", () => {
    fc.assert(
      fc.property(interval, fc.integer({ min: 2, max: 20 }), ([from, to], most) => {
        const values = ticks([from, to], most);
        const [first = 0, second = first] = values;
        const slack = (to - from) * 1e-6;
        expect(values.length).toBeLessThanOrEqual(most + 1);
        // A step is at most 2.5 times the next smaller one, which would be too small.
        expect(values.length).toBeGreaterThanOrEqual(Math.floor(most / 2.5));
        for (const [index, value] of values.entries()) {
          expect(value).toBeGreaterThanOrEqual(from - slack);
          expect(value).toBeLessThanOrEqual(to + slack);
          expect(Math.abs(value - first - index * (second - first))).toBeLessThan(slack);
        }
        if (values.length > 1) expect((second - first).toExponential(3)).toMatch(/^[125]\.000e/);
      }),
    );
  });

  test("map the ends of an interval to the ends of a range", () => {
    const linear = linearScale([2, 4], [100, 0]);
    expect([2, 3, 4].map(linear)).toEqual([100, 50, 0]);
    const powers = logarithmicScale([1, 1000], [0, 90]);
    expect([1, 10, 100, 1000].map(powers)).toEqual([0, 30, 60, 90]);
    expect(powersOfTen([1, 1000])).toEqual([1, 10, 100, 1000]);
    expect(powersOfTen([2, 9])).toEqual([]);
  });
});

describe("rows of bars", () => {
  const amount = fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100);
  const rows = fc.array(
    fc
      .array(amount, { minLength: 1, maxLength: 3 })
      .map((ends) => ({ label: "a", value: "b", bars: ends.map((to) => ({ from: 0, to, kind: "k", text: `${to}` })) })),
    { minLength: 1, maxLength: 20 },
  );

  test("are within the chart and their row, in proportion to their values", () => {
    fc.assert(
      fc.property(rows, (drawn) => {
        const { rows: placed, zero } = placeBars(drawn);
        const sizes = placed.flatMap(({ bars }) =>
          bars.map(({ from, to, width }) => [Math.abs(to - from), width] as const),
        );
        const largest = Math.max(...sizes.map(([size]) => size));
        const unit = largest === 0 ? 0 : (sizes.find(([size]) => size === largest)?.[1] ?? 0) / largest;
        for (const [size, width] of sizes) expect(Math.abs(width - size * unit)).toBeLessThan(0.05);
        for (const [index, { top, bottom, bars }] of placed.entries()) {
          if (index > 0) expect(top).toBeGreaterThanOrEqual(placed[index - 1]?.bottom ?? 0);
          for (const bar of bars) {
            expect(bar.y).toBeGreaterThanOrEqual(top);
            expect(bar.y + bar.height).toBeLessThanOrEqual(bottom);
            expect(bar.x).toBeGreaterThanOrEqual(0);
            expect(bar.x + bar.width).toBeLessThanOrEqual(100.02);
            // Each bar begins or ends at zero.
            expect(Math.min(Math.abs(bar.x - zero), Math.abs(bar.x + bar.width - zero))).toBeLessThan(0.02);
          }
        }
      }),
    );
  });

  test("have labels, values and tooltips, and an axis only beside negative values", () => {
    const texts = { id: "c", title: "Cost", description: "a: 3 < 4" };
    const bar = (to: number) => ({ from: 0, to, kind: "most", text: `up to <${to}>` });
    const positive = pageOf(barRows(texts, [{ label: "a", value: "3 < 4", bars: [bar(3), bar(4)] }]));
    expect(elementsIn(positive, "text").map(({ text }) => text)).toEqual(["a", "3 < 4"]);
    expect(withClass(positive, "bar").map((each) => [each.text, numberIn(each, "width")])).toEqual([
      ["up to <3>", 75],
      ["up to <4>", 100],
    ]);
    expect(withClass(positive, "axis")).toEqual([]);
    const negative = pageOf(barRows(texts, [{ label: "a", value: "b", bars: [bar(-1), bar(3)] }]));
    expect(withClass(negative, "axis").map((line) => numberIn(line, "x1"))).toEqual([25]);
  });
});

describe("timeline", () => {
  const time = fc.nat(900_000).map((ms) => ms / 1000);
  const bar = fc
    .record({ label: fc.string({ minLength: 1, maxLength: 30 }), from: time, took: fc.oneof(fc.constant(0), time) })
    .map(({ label, from, took }) => ({ label, from, to: from + took, kind: "step", text: label }));
  const rows = fc.array(fc.record({ name: fc.string(), note: fc.string(), bars: fc.array(bar, { maxLength: 25 }) }), {
    minLength: 1,
    maxLength: 6,
  });
  /** Left and right end of a bar with its label. */
  const extent = ({ x, width, textX, anchor, label }: LaidOutBar): readonly [number, number] => {
    const text = textWidth(label);
    const [from, to] = anchor === "start" ? [textX, textX + text] : [textX - text, textX];
    return [Math.min(x, from), Math.max(x + width, to)];
  };

  test("has every bar in its row, without overlaps, in proportion to its time", () => {
    fc.assert(
      fc.property(rows, (drawn) => {
        const { rows: placed, scale, height, domain } = layOutTimeline(drawn);
        const perSecond = (scale(domain[1]) - scale(domain[0])) / (domain[1] - domain[0]);
        expect(placed.map(({ bars }) => bars.length)).toEqual(drawn.map(({ bars }) => bars.length));
        for (const [index, { top, bottom, bars }] of placed.entries()) {
          expect(top).toBe(index === 0 ? top : placed[index - 1]?.bottom);
          expect(bottom).toBeLessThanOrEqual(height);
          for (const [position, one] of bars.entries()) {
            expect(one.y).toBeGreaterThan(top);
            expect(one.y + one.height).toBeLessThan(bottom);
            const [from, to] = extent(one);
            expect(from).toBeGreaterThanOrEqual(0);
            expect(to).toBeLessThanOrEqual(1200);
            if (one.width > 10) expect(Math.abs(one.width - (one.to - one.from) * perSecond)).toBeLessThan(0.03);
            for (const other of bars.slice(position + 1)) {
              if (other.y !== one.y) continue;
              const [otherFrom, otherTo] = extent(other);
              expect(to <= otherFrom || otherTo <= from).toBe(true);
            }
          }
        }
      }),
    );
  });

  test("draws bars, points in time, names, and texts as text", () => {
    const page = pageOf(
      timeline({ id: "t", title: "Boot", description: "<all>" }, [
        {
          name: "worker <1>",
          note: "Ready & well",
          bars: [
            { label: "boot", from: 0, to: 30, kind: "boot", text: "boot: 30 s" },
            { label: "Ready", from: 40, to: 40, kind: "ready", text: "Ready" },
          ],
        },
      ]),
    );
    expect(withClass(page, "boot").map(({ name, text }) => [name, text])).toEqual([["rect", "boot: 30 s"]]);
    expect(withClass(page, "point").map(({ name, text }) => [name, text])).toEqual([["path", "Ready"]]);
    expect(withClass(page, "name").map(({ text }) => text)).toEqual(["worker <1>Ready & well"]);
    expect(withClass(page, "tick").map(({ text }) => text)).toEqual([
      "0 s",
      "5 s",
      "10 s",
      "15 s",
      "20 s",
      "25 s",
      "30 s",
      "35 s",
      "40 s",
    ]);
  });
});
