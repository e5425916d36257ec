/** Results of soaks: the whole, and each fault by the limits of its drill. */
import type { Drill, DrillLimits } from "../../../../rehearsal/drills/drill";
import { evaluateSoak, type SoakedFault, type SoakMeasurements } from "../../../../rehearsal/drills/soak/runSoak";
import type { Write } from "../../../../rehearsal/drills/writes";

const limits: DrillLimits = { outageMs: 3_000, failedWrites: 1, fullStrengthMs: 10_000, lost: "none" };
const drill = (name: string, part: Partial<DrillLimits> = {}): Drill => ({
  name,
  description: `fault ${name}`,
  limits: { ...limits, ...part },
  inject: () => Promise.resolve(),
});
/** A write in each second from 0 to 99 s; those in `failing` fail. */
const writes = (...failing: number[]): readonly Write[] =>
  Array.from({ length: 100 }, (_, second): Write => {
    const ok = !failing.includes(second);
    return { name: `1/w${second}`, at: 1000 * second, ms: 10, ok, ...(!ok && { why: "no answer in 3 s" }) };
  });

/** Fault for 5 s from a second on; its writes are those until 15 s after its start. */
const fault = (of: Drill, second: number, part: Partial<SoakedFault["fault"]> = {}): SoakedFault => {
  const faultBegan = 1000 * second;
  const times = { faultBegan, faultEnded: faultBegan + 5_000, fullStrengthAt: faultBegan + 7_000 };
  const injected = { times, problems: [], finish: () => Promise.resolve(), ...part };
  return {
    ...{ drill: of, log: [], recovered: true, from: faultBegan - 3_000, until: faultBegan + 15_000 },
    fault: injected,
  };
};
const two = [fault(drill("first"), 10), fault(drill("second", { outageMs: 8_000 }), 50)];
const evaluate = (part: Partial<SoakMeasurements> = {}) => {
  const all = part.writes ?? writes();
  return evaluateSoak({
    ...{ faults: two, description: "2 random faults", writes: all, problems: [], externalEtcd: false },
    stored: new Set(all.flatMap(({ ok, name }) => (ok && name !== undefined ? [name] : []))),
    history: { operations: 400, events: 200, violations: [] },
    ...part,
  });
};
const verdicts = (part: Partial<SoakMeasurements> = {}) =>
  evaluate(part).map(({ result }) => [result.drill, result.violations]);

test("a soak is one row for all, then a row per fault with the writes during it", () => {
  const [whole, first, second] = evaluate({ writes: writes(12) });
  expect(whole?.result).toMatchObject({
    ...{ drill: "soak", writes: 100, failed: 1, failuresMs: 2_010, fullStrengthMs: 2_000, violations: [] },
    checked: { operations: 400, violations: 0 },
  });
  expect(first?.result).toMatchObject({ drill: "soak 1: first", writes: 18, failed: 1, checked: undefined });
  expect(second?.result).toMatchObject({ drill: "soak 2: second", writes: 18, failed: 0, fullStrengthMs: 2_000 });
  expect(whole?.log.map(({ at, text }) => `${at} ${text}`)).toEqual([
    "10000 fault 1 begins: first",
    "17000 full strength after fault 1",
    "50000 fault 2 begins: second",
    "57000 full strength after fault 2",
  ]);
});

test("each fault has the limits of its own drill", () => {
  // 5 s without a write: too long for the first fault, short enough for the second, and the first limit counts no longer.
  expect(verdicts({ writes: writes(51, 52, 53, 54) })).toEqual([
    ["soak", []],
    ["soak 1: first", []],
    ["soak 2: second", ["4 failed writes, limit 1"]],
  ]);
  expect(verdicts({ writes: writes(11, 12, 13, 14) })[1]).toEqual([
    "soak 1: first",
    ["outage 5.0 s, limit 3.0 s", "4 failed writes, limit 1"],
  ]);
});

test("an outage between faults fails the soak", () => {
  expect(verdicts({ writes: writes(30, 31, 32, 33, 34, 35, 36, 37, 38, 39) })).toEqual([
    ["soak", ["outage 11.0 s, limit 8.0 s"]],
    ["soak 1: first", []],
    ["soak 2: second", []],
  ]);
});

test("a lost write fails the soak and the fault during which it was acknowledged", () => {
  const stored = new Set(writes().flatMap(({ name }) => (name === undefined || name === "1/w12" ? [] : [name])));
  expect(verdicts({ stored }).map(([, violations]) => violations)).toEqual([
    ["1 acknowledged writes were lost unannounced"],
    ["1 acknowledged writes were lost unannounced"],
    [],
  ]);
});

test("an inconsistent answer, a denied call and a fault without recovery fail the soak", () => {
  const history = { operations: 1, events: 1, violations: ["shared-1 is not linearizable"], page: "/state/p.html" };
  expect(verdicts({ history, problems: ["IAM: denied x"] })[0]).toEqual([
    "soak",
    ["IAM: denied x", "inconsistent: shared-1 is not linearizable (/state/p.html)"],
  ]);
  const times = { faultBegan: 50_000, faultEnded: 55_000 };
  const broken = fault(drill("second"), 50, { times, problems: ["missing after 10 s: node i-1"] });
  expect(verdicts({ faults: [fault(drill("first"), 10), broken] })).toEqual([
    ["soak", ["full strength was not reached"]],
    ["soak 1: first", []],
    ["soak 2: second", ["missing after 10 s: node i-1", "full strength was not reached"]],
  ]);
});
