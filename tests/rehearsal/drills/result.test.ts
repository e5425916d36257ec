import { drills, limitations, selectDrills } from "../../../rehearsal/drills/catalogue";
import type { DrillLimits } from "../../../rehearsal/drills/drill";
import { drillsPage, parseResults } from "../../../rehearsal/drills/markdown";
import {
  evaluateDrill,
  type DrillResult,
  type Measurements,
  tableHeader,
  tableRow,
} from "../../../rehearsal/drills/result";
import type { Write } from "../../../rehearsal/drills/writes";

const limits: DrillLimits = {
  ...{ outageMs: 10_000, failuresMs: 15_000, failedWrites: 1, fullStrengthMs: 60_000, lost: "none" },
};
const write = (name: string, at: number, part: Partial<Write> = {}): Write => ({ name, ok: true, at, ms: 0, ...part });
const writes = [
  write("a", 0, { revision: 5 }),
  write("b", 4_000, { ok: false, ms: 3_000, why: "no answer in 3 s" }),
  write("c", 9_000, { revision: 6 }),
];
const measured: Measurements = {
  ...{ writes, stored: new Set(["a", "c"]), began: 2_000, ended: 20_000, fullStrengthAt: 50_000, problems: [] },
  externalEtcd: false,
};
const judged = (part: Partial<Measurements>, promise: Partial<DrillLimits> = {}): DrillResult =>
  evaluateDrill({ name: "power-off-a", limits: { ...limits, ...promise } }, { ...measured, ...part });

describe("a drill's verdict", () => {
  it("is passed when everything is within its bounds", () => {
    expect(judged({})).toEqual({
      ...{ drill: "power-off-a", outageMs: 9_000, fullStrengthMs: 30_000, writes: 3, failed: 1, failuresMs: 5_000 },
      ...{ reasons: ["1× no answer in 3 s"], lost: 0, announced: false, broken: [] },
    });
  });

  it.each<[string, Partial<Measurements>, Partial<DrillLimits>, string]>([
    ["too long an outage", {}, { outageMs: 8_000 }, "outage 9.0 s, not 8.0 s at most"],
    ["failures for too long", { began: 0 }, { failuresMs: 6_000 }, "last failure 7.0 s, not 6.0 s at most"],
    ["failed writes", {}, { failedWrites: 0 }, "1 writes failed, not 0"],
    ["full strength too late", { fullStrengthAt: 81_000 }, {}, "full strength 61.0 s, not 60.0 s at most"],
    ["a lost write", { stored: new Set(["c"]) }, {}, "1 acknowledged writes were lost unannounced"],
    ["what went wrong besides", { problems: ["the leader did"] }, {}, "the leader did"],
    [
      "a restore that took nothing away",
      { restored: { revision: 6, resumedAt: 10 } },
      { lost: "after the backup" },
      "nothing was written after the backup",
    ],
    [
      "a restore that left what it said was gone",
      { restored: { revision: 5, resumedAt: 10 } },
      {},
      "1 writes are there that were said to be gone",
    ],
  ])("names %s", (_, part, promise, expected) => {
    expect(judged(part, promise).broken).toEqual([expected]);
  });

  it.each<[string, boolean, Partial<DrillLimits>, readonly string[]]>([
    ["stacked", false, { failuresMs: 4_000, externalEtcdFailuresMs: 2_000 }, ["last failure 5.0 s, not 4.0 s at most"]],
    ["external", true, { failuresMs: 4_000, externalEtcdFailuresMs: 2_000 }, []],
    ["external", true, { failuresMs: 2_000, externalEtcdFailuresMs: 2_000 }, ["last failure 5.0 s, not 4.0 s at most"]],
    ["external", true, { failuresMs: 4_000 }, ["last failure 5.0 s, not 4.0 s at most"]],
  ])("with %s etcd counts what that allows", (_, externalEtcd, promise, expected) => {
    expect(judged({ externalEtcd }, promise).broken).toEqual(expected);
  });

  it("is a failure without full strength, and without one acknowledged write", () => {
    const { writes: tries, stored, began, ended, problems, externalEtcd } = measured;
    const unfinished: Measurements = { writes: tries, stored, began, ended, problems, externalEtcd };
    expect(evaluateDrill({ name: "x", limits }, unfinished).broken).toEqual(["full strength was not reached"]);
    expect(judged({ writes: writes.slice(1, 2) }).broken).toContain("no write was acknowledged at all");
  });
});

describe("the table", () => {
  it("has one row for each drill", () => {
    expect(tableHeader).toHaveLength(tableRow(judged({})).length);
    expect(tableRow(judged({}))).toEqual([
      ...["power-off-a", "9.0 s", "30.0 s", "1 of 3, last after 5.0 s", "0", "passed"],
    ]);
    const restored = { restored: { revision: 5, resumedAt: 10 }, stored: new Set(["a"]) };
    expect(tableRow(judged(restored)).slice(4)).toEqual(["1, all announced", "passed"]);
    expect(tableRow(judged({ problems: ["no", "nor"] })).at(-1)).toBe("FAILED: no; nor");
  });

  it("keeps what earlier runs measured of drills that were not run, in the catalogue's order", () => {
    const result = (drill: string, outageMs: number): DrillResult => ({ ...judged({}), drill, outageMs });
    const first = drillsPage(drills, [result("lose-quorum", 1000), result("slow-disk", 2000)], {
      ...{ on: "2026-11-20", before: "" },
    });
    const next = drillsPage(drills, [result("slow-disk", 3000), result("power-off-a", 4000)], {
      ...{ on: "2026-11-21", before: first },
    });
    const rows = [...parseResults(next).values()];
    expect(rows.map((cells) => [cells[0], cells[1], cells.at(-1)])).toEqual([
      ["power-off-a", "4.0 s", "2026-11-21"],
      ["lose-quorum", "1.0 s", "2026-11-20"],
      ["slow-disk", "3.0 s", "2026-11-21"],
    ]);
    for (const { name } of drills) expect(next).toContain(`| \`${name}\` |`);
    for (const { fault } of limitations) expect(next).toContain(`**${fault}**`);
  });

  it("survives text that has a column's separator", () => {
    const page = drillsPage(drills, [judged({ problems: ["a | b"] })], { on: "2026-11-20", before: "" });
    expect(parseResults(page).get("power-off-a")?.[5]).toBe("FAILED: a | b");
    expect(drillsPage(drills, [], { on: "2026-11-21", before: page })).toBe(page);
  });
});

describe("the catalogue", () => {
  it("has names of its own for all drills, fit for a namespace", () => {
    const names = drills.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z-]{0,40}$/);
  });

  it("is selected by names, and knows no others", () => {
    expect(selectDrills("all")).toEqual(drills);
    expect(selectDrills("slow-disk,lose-quorum").map(({ name }) => name)).toEqual(["slow-disk", "lose-quorum"]);
    expect(() => selectDrills("slow-disc")).toThrow(/no drill slow-disc; there are all, list, power-off-a/);
  });
});
