import fc from "fast-check";
import {
  announcedLoss,
  failedUntil,
  failureReasons,
  longestOutage,
  compareWithStored,
  type Write,
} from "../../../rehearsal/drills/writes";

const ok = (name: string, at: number, ms: number, revision?: number): Write => ({ name, ok: true, at, ms, revision });
const failed = (name: string, at: number, ms: number, why = "no answer in 3 s"): Write => ({
  name,
  ok: false,
  at,
  ms,
  why,
});

describe("longest outage", () => {
  it.each<[string, Write[], number]>([
    ["is the time between two acknowledgments, not between two writes", [ok("a", 0, 10), ok("b", 1000, 500)], 1490],
    ["covers all clients together", [ok("a", 0, 10), ok("b", 400, 10), ok("a", 900, 10)], 500],
    ["does not depend on the order of reports", [ok("b", 900, 10), ok("a", 0, 10), ok("c", 400, 10)], 500],
    [
      "lasts to the last write without an acknowledgment",
      [ok("a", 0, 10), failed("b", 100, 3000), failed("c", 3200, 3000)],
      6190,
    ],
    ["does not count writes before the first acknowledgment", [failed("a", 0, 3000), ok("b", 5000, 10)], 0],
    ["is 0 without writes", [], 0],
  ])("%s", (_, writes, expected) => {
    expect(longestOutage(writes)).toBe(expected);
  });

  it("never shrinks without an acknowledgment", () => {
    const write = fc.record({ at: fc.nat(100_000), ms: fc.nat(3000) });
    fc.assert(
      fc.property(fc.array(write, { minLength: 3 }), fc.nat(), (times, which) => {
        const writes = times.map(({ at, ms }, index) => ok(String(index), at, ms));
        // The first and the last bound the measurement.
        const inner = writes.toSorted((one, other) => one.at + one.ms - other.at - other.ms).slice(1, -1);
        const without = inner[which % inner.length];
        expect(longestOutage(writes.filter((each) => each !== without))).toBeGreaterThanOrEqual(longestOutage(writes));
      }),
    );
  });
});

it("failures have the end of the last one and a count per reason", () => {
  const writes = [ok("a", 0, 10), failed("b", 100, 3000), failed("c", 200, 50, "status 500"), failed("d", 300, 3000)];
  expect(failedUntil(writes, 1000)).toBe(2300);
  expect(failedUntil([ok("a", 0, 10)], 0)).toBe(0);
  expect(failureReasons(writes)).toEqual(["2× no answer in 3 s", "1× status 500"]);
});

describe("lost writes", () => {
  const restored = { revision: 100, resumedAt: 1_000_000_000_000 };
  const before = ok("before", 0, 1, 99);
  const copied = ok("copied", 1, 1, 100);
  const after = ok("after", 2, 1, 101);
  const resumed = ok("resumed", 3, 1, 1_000_000_000_001);
  const writes = [before, copied, after, failed("refused", 4, 1), resumed];

  it("a restore announces the writes after the backup, but not those after the restore", () => {
    expect(announcedLoss(writes, restored)).toEqual([after]);
  });

  it.each<[string, string[], { lost: string[]; unannounced: string[]; unexpectedlyPresent: string[] }]>([
    ["as announced", ["before", "copied", "resumed"], { lost: ["after"], unannounced: [], unexpectedlyPresent: [] }],
    [
      "more than announced",
      ["before", "resumed"],
      { lost: ["copied", "after"], unannounced: ["copied"], unexpectedlyPresent: [] },
    ],
    [
      "less than announced",
      ["before", "copied", "after", "resumed"],
      { lost: [], unannounced: [], unexpectedlyPresent: ["after"] },
    ],
    [
      "including writes after the restore",
      ["before", "copied"],
      { lost: ["after", "resumed"], unannounced: ["resumed"], unexpectedlyPresent: [] },
    ],
  ])("%s", (_, there, expected) => {
    expect(compareWithStored(writes, new Set(there), restored)).toEqual(expected);
  });

  it("does not look for writes that another one may have overwritten or deleted", () => {
    const shared: Write = { ok: true, at: 0, ms: 1, revision: 101 };
    expect(announcedLoss([shared], restored)).toEqual([]);
    expect(compareWithStored([shared], new Set(), restored).lost).toEqual([]);
  });

  it("without a restore all are unannounced; a failed write cannot be lost", () => {
    expect(compareWithStored(writes, new Set(["before", "copied", "resumed"]))).toEqual({
      lost: ["after"],
      unannounced: ["after"],
      unexpectedlyPresent: [],
    });
  });
});
