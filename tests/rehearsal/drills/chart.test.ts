/** Charts of drills: intervals of writes, and the page. */
import fc from "fast-check";
import { binWrites } from "../../../rehearsal/drills/chart/writeBins";
import { type ChartedDrill, renderDrills } from "../../../rehearsal/drills/chart/drillsPage";
import { evaluateDrill, type Measurements } from "../../../rehearsal/drills/result";
import { endOf, type Write } from "../../../rehearsal/drills/writes";
import { elementsIn, expectSelfContained, numberIn, type PageElement, parsePage, withClass } from "../../parsedPage";

const write = (at: number, ms: number, ok = true): Write => ({
  name: `write-${at}`,
  at,
  ms,
  ok,
  ...(!ok && { why: "no answer in 3 s" }),
});

describe("intervals of writes", () => {
  test("count a write at its end, and have the median and the longest duration of acknowledged ones", () => {
    const writes = [write(0, 10), write(5, 25), write(100, 900), write(20, 3_000, false), write(2_500, 10)];
    expect(binWrites(writes)).toEqual({
      seconds: 1,
      bins: [
        { from: 10, acknowledged: 3, failed: 0, latency: { median: 25, longest: 900 } },
        { from: 1_010, acknowledged: 0, failed: 0 },
        { from: 2_010, acknowledged: 1, failed: 0, latency: { median: 10, longest: 10 } },
        { from: 3_010, acknowledged: 0, failed: 1 },
      ],
    });
    expect(binWrites([])).toEqual({ seconds: 1, bins: [] });
  });

  test.each([
    [199, 1],
    [201, 2],
    [650, 5],
    [7_000, 60],
  ])("of a drill of %d s last %d s", (duration, seconds) => {
    expect(binWrites([write(0, 0), write(duration * 1000, 0)]).seconds).toBe(seconds);
  });

  test("have every write once, and at least half of the durations up to the median", () => {
    const one = fc.record({ name: fc.constant("w"), at: fc.nat(1_000_000), ms: fc.nat(5_000), ok: fc.boolean() });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 200 }), (writes) => {
        const { seconds, bins } = binWrites(writes);
        expect(bins.length).toBeLessThanOrEqual(200);
        expect(bins.reduce((sum, { acknowledged, failed }) => sum + acknowledged + failed, 0)).toBe(writes.length);
        for (const { from, acknowledged, failed, latency } of bins) {
          const inside = writes.filter((each) => endOf(each) >= from && endOf(each) < from + 1000 * seconds);
          const durations = inside.filter(({ ok }) => ok).map(({ ms }) => ms);
          expect([acknowledged, failed]).toEqual([durations.length, inside.length - durations.length]);
          const { median = 0, longest = 0 } = latency ?? {};
          expect(longest).toBe(Math.max(0, ...durations));
          expect(2 * durations.filter((ms) => ms <= median).length).toBeGreaterThanOrEqual(durations.length);
          expect(2 * durations.filter((ms) => ms >= median).length).toBeGreaterThanOrEqual(durations.length);
        }
      }),
    );
  });
});

/** Writes of four clients for 40 s: none succeed for 4 s after the fault, at 5 s. */
const writes = ["a", "b", "c", "d"].flatMap((client, index) =>
  Array.from({ length: 100 }, (_, number): Write => {
    const at = 1_000_000 + number * 400 + index * 60;
    const fails = at >= 1_005_000 && at < 1_009_000 && number % 4 === 0;
    return { ...write(at, fails ? 3_000 : 8 + (number % 7) * 9, !fails), name: `write-${client}-${number}` };
  }),
);
const measured: Measurements = {
  writes,
  stored: new Set(writes.flatMap(({ ok, name }) => (ok && name !== undefined ? [name] : []))),
  faultBegan: 1_005_000,
  faultEnded: 1_020_000,
  fullStrengthAt: 1_038_000,
  problems: [],
  externalEtcd: false,
};
const drill = (part: Partial<Measurements> = {}, name = "power-off-a"): ChartedDrill => {
  const limits = { outageMs: 10_000, fullStrengthMs: 60_000, lost: "none" } as const;
  const all = { ...measured, ...part };
  return {
    description: "the machine of member a loses power",
    measured: all,
    result: evaluateDrill({ name, limits }, all),
    log: [{ at: 1_007_000, text: "the leader moved" }],
  };
};
const page = (...drills: readonly ChartedDrill[]): PageElement =>
  parsePage(renderDrills({ stack: "staging", recordedAt: 0, drills }));
/** Sum of the counts in the tooltips of bars. */
const countsOf = (root: PageElement, kind: string): number =>
  withClass(root, kind).reduce((sum, { text }) => sum + Number.parseInt(text), 0);

describe("page", () => {
  test("is well-formed, loads nothing, runs nothing, and is accessible to screen readers", () => {
    expectSelfContained(page(drill(), drill({}, "cut-off-zone"), drill()));
  });

  test("shows every write in the chart and in the table", () => {
    const root = page(drill());
    const failed = writes.filter(({ ok }) => !ok).length;
    expect(failed).toBeGreaterThan(5);
    expect([countsOf(root, "acknowledged-writes"), countsOf(root, "failed-writes")]).toEqual([
      writes.length - failed,
      failed,
    ]);
    const [, , rows] = elementsIn(root, "tbody");
    const cells = (rows?.children ?? []).map((row) => row.children.map(({ text }) => Number.parseFloat(text)));
    expect(cells.reduce((sum, [, acknowledged = 0]) => sum + acknowledged, 0)).toBe(writes.length - failed);
    expect(cells.reduce((sum, [, , count = 0]) => sum + count, 0)).toBe(failed);
  });

  test("draws bars and lines within the panels, and bars beside each other", () => {
    const root = page(drill());
    const [svg] = elementsIn(root, "svg");
    const [, , width = 0, height = 0] = (svg?.attributes.viewBox ?? "").split(" ").map(Number);
    for (const kind of ["acknowledged-writes", "failed-writes"]) {
      const boxes = withClass(root, kind).map((bar) =>
        ["x", "y", "width", "height"].map((name) => numberIn(bar, name)),
      );
      for (const [index, [x = 0, y = 0, own = 0, high = 0]] of boxes.entries()) {
        expect(x).toBeGreaterThanOrEqual(64);
        expect(x + own).toBeLessThanOrEqual(width);
        expect(y + high).toBeLessThanOrEqual(height);
        expect(high).toBeGreaterThan(0);
        if (index > 0) expect(x).toBeGreaterThanOrEqual((boxes[index - 1]?.[0] ?? 0) + (boxes[index - 1]?.[2] ?? 0));
      }
    }
    expect(withClass(root, "line").map(({ attributes }) => attributes.d)).toEqual([
      expect.stringMatching(/^M64 [\d.]+H[\d.]+V/),
      expect.stringMatching(/^M64 [\d.]+H[\d.]+V/),
    ]);
  });

  test("interrupts the lines where no write was acknowledged", () => {
    const calm = [write(1_000, 10), write(1_500, 10), write(5_000, 10)];
    const root = page(drill({ writes: calm, faultBegan: 2_000, faultEnded: 2_000, fullStrengthAt: 5_000 }));
    for (const { attributes } of withClass(root, "line"))
      expect(attributes.d).toMatch(/^M64 [\d.]+H[\d.]+M[\d.]+ [\d.]+H[\d.]+$/);
  });

  test("shows events in order, with full strength only if it was reached", () => {
    const eventsOf = (root: PageElement): readonly string[] =>
      (elementsIn(root, "tbody")[1]?.children ?? []).map((row) => row.children.map(({ text }) => text).join(" "));
    const root = page(drill());
    const events = ["0.0 s fault injected", "2.0 s the leader moved", "15.0 s fault ended", "33.0 s full strength"];
    expect(eventsOf(root)).toEqual(events);
    expect(withClass(root, "strong").map(({ text }) => text)).toEqual([
      "fault injected",
      "fault ended",
      "full strength",
    ]);
    const failed = page(drill({ fullStrengthAt: undefined, problems: ["timed out"] }));
    expect(eventsOf(failed)).toEqual(events.slice(0, 3));
    expect(failed.text).toContain("FAILED: timed out; full strength was not reached");
    expect(withClass(failed, "lead")[0]?.text).toContain("1 of 1 failed");
  });

  test("shows the requests of a drill under load in a chart and a table of their own", () => {
    const request = { service: "graceful", at: 1_006_000, ms: 10, ok: true };
    const failed = { ...request, ms: 2_000, ok: false, why: "no answer in time" };
    const root = page(drill({ load: { requests: [request, request, failed], pools: [] } }));
    expectSelfContained(root);
    expect(elementsIn(root, "svg")).toHaveLength(2);
    const answered = withClass(root, "acknowledged-writes").filter(({ text }) => text.endsWith(" answered"));
    expect(answered.map(({ text }) => text)).toEqual(["2 answered"]);
    expect(root.text).toContain("answered requests per second");
    expect(root.text).toContain("1× no answer in time");
  });

  test("of a drill without writes has no chart", () => {
    const root = page(drill({ writes: [] }));
    expectSelfContained(root);
    expect(elementsIn(root, "svg")).toEqual([]);
    expect(root.text).toContain("No write was recorded");
  });

  test("escapes every text", () => {
    const nasty = `<script>alert(1)</script>"'&`;
    const bad = drill({ problems: [nasty], writes: [{ ...write(1_005_100, 5, false), why: nasty }] }, nasty);
    const root = parsePage(
      renderDrills({
        stack: nasty,
        recordedAt: 0,
        drills: [{ ...bad, description: nasty, log: [{ at: 1_005_200, text: nasty }] }],
      }),
    );
    expectSelfContained(root);
    expect(elementsIn(root, "h1")[0]?.text).toBe(`Drills of ${nasty}`);
  });
});
