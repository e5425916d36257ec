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
  outageMs: 10_000,
  failuresMs: 15_000,
  failedWrites: 1,
  fullStrengthMs: 60_000,
  lost: "none",
};
const write = (name: string, at: number, part: Partial<Write> = {}): Write => ({ name, ok: true, at, ms: 0, ...part });
const writes = [
  write("a", 0, { revision: 5 }),
  write("b", 4_000, { ok: false, ms: 3_000, why: "no answer in 3 s" }),
  write("c", 9_000, { revision: 6 }),
];
const measured: Measurements = {
  writes,
  stored: new Set(["a", "c"]),
  faultBegan: 2_000,
  faultEnded: 20_000,
  fullStrengthAt: 50_000,
  history: { operations: 90, events: 40, violations: [] },
  problems: [],
  externalEtcd: false,
};
const evaluated = (part: Partial<Measurements>, changes: Partial<DrillLimits> = {}): DrillResult =>
  evaluateDrill({ name: "power-off-a", limits: { ...limits, ...changes } }, { ...measured, ...part });

describe("evaluation of a drill", () => {
  it("passes within all limits", () => {
    expect(evaluated({})).toEqual({
      drill: "power-off-a",
      outageMs: 9_000,
      fullStrengthMs: 30_000,
      writes: 3,
      failed: 1,
      failuresMs: 5_000,
      reasons: ["1× no answer in 3 s"],
      lost: 0,
      announced: false,
      checked: { operations: 90, violations: 0 },
      violations: [],
    });
  });

  it.each<[string, Partial<Measurements>, Partial<DrillLimits>, string]>([
    ["too long an outage", {}, { outageMs: 8_000 }, "outage 9.0 s, limit 8.0 s"],
    ["failures for too long", { faultBegan: 0 }, { failuresMs: 6_000 }, "last failure 7.0 s, limit 6.0 s"],
    ["failed writes", {}, { failedWrites: 0 }, "1 failed writes, limit 0"],
    ["full strength too late", { fullStrengthAt: 81_000 }, {}, "full strength 61.0 s, limit 60.0 s"],
    ["a lost write", { stored: new Set(["c"]) }, {}, "1 acknowledged writes were lost unannounced"],
    [
      "an inconsistent answer",
      { history: { operations: 90, events: 40, violations: ["a is not linearizable"], page: "/state/x.html" } },
      {},
      "inconsistent: a is not linearizable (/state/x.html)",
    ],
    [
      "several inconsistent answers",
      { history: { operations: 90, events: 40, violations: ["one", "two", "three"], page: "/state/x.html" } },
      {},
      "inconsistent: one, and 2 more (/state/x.html)",
    ],
    ["an empty history", { history: { operations: 0, events: 0, violations: [] } }, {}, "no operation was checked"],
    ["other problems", { problems: ["no leader"] }, {}, "no leader"],
    [
      "a restore without lost writes",
      { restored: { revision: 6, resumedAt: 10 } },
      { lost: "after the backup" },
      "nothing was written after the backup",
    ],
    [
      "a restore that kept writes announced as lost",
      { restored: { revision: 5, resumedAt: 10 } },
      {},
      "1 writes exist that were announced as lost",
    ],
  ])("reports %s", (_case, part, changes, expected) => {
    expect(evaluated(part, changes).violations).toEqual([expected]);
  });

  it.each<[string, boolean, Partial<DrillLimits>, readonly string[]]>([
    ["stacked", false, { failuresMs: 4_000, externalEtcdFailuresMs: 2_000 }, ["last failure 5.0 s, limit 4.0 s"]],
    ["external", true, { failuresMs: 4_000, externalEtcdFailuresMs: 2_000 }, []],
    ["external", true, { failuresMs: 2_000, externalEtcdFailuresMs: 2_000 }, ["last failure 5.0 s, limit 4.0 s"]],
    ["external", true, { failuresMs: 4_000 }, ["last failure 5.0 s, limit 4.0 s"]],
  ])("applies the limit of %s etcd", (_case, externalEtcd, changes, expected) => {
    expect(evaluated({ externalEtcd }, changes).violations).toEqual(expected);
  });

  it("fails without full strength, and without an acknowledged write", () => {
    expect(evaluated({ fullStrengthAt: undefined }).violations).toEqual(["full strength was not reached"]);
    expect(evaluated({ writes: writes.slice(1, 2) }).violations).toContain("no write was acknowledged");
  });
});

describe("a drill under request load", () => {
  const request = { service: "graceful", at: 3_000, ms: 10, ok: true };
  const pools = [{ group: "staging-worker-general", inService: 3, min: 2 }];
  const lost = { ...request, at: 4_000, ms: 2_000, ok: false, why: "no answer in time" };

  it("reports its requests, and fails with one that failed", () => {
    const passed = evaluated({ load: { requests: [request], pools } });
    expect([passed.violations, tableRow(passed)[4]]).toEqual([[], "0 of 1"]);
    const failed = evaluated({ load: { requests: [request, lost], pools } });
    expect([failed.violations, tableRow(failed)[4]]).toEqual([
      ["1 failed requests, limit 0"],
      "1 of 2, last after 4.0 s",
    ]);
    expect(evaluated({ load: { requests: [request, lost], pools } }, { failedRequests: 1 }).violations).toEqual([]);
  });
});

describe("docs/drills.md", () => {
  it("has one row per drill", () => {
    expect(tableHeader).toHaveLength(tableRow(evaluated({})).length);
    expect(tableRow(evaluated({}))).toEqual([
      "power-off-a",
      "9.0 s",
      "30.0 s",
      "1 of 3, last after 5.0 s",
      "–",
      "0",
      "90 / 0",
      "passed",
    ]);
    const inconsistent = evaluated({ history: { operations: 7, events: 3, violations: ["one", "two"] } });
    expect(tableRow(inconsistent)[6]).toBe("7 / 2");
    expect(tableRow(evaluated({ history: undefined, problems: ["the recorder failed"] })).slice(6)).toEqual([
      "–",
      "FAILED: the recorder failed",
    ]);
    const restored = { restored: { revision: 5, resumedAt: 10 }, stored: new Set(["a"]) };
    expect(tableRow(evaluated(restored)).slice(5)).toEqual(["1, all announced", "90 / 0", "passed"]);
    expect(tableRow(evaluated({ problems: ["one", "two"] })).at(-1)).toBe("FAILED: one; two");
  });

  it("keeps the measurements of drills that were not run, in the order of the catalog", () => {
    const result = (drill: string, outageMs: number): DrillResult => ({ ...evaluated({}), drill, outageMs });
    const first = drillsPage(drills, [result("lose-quorum", 1000), result("slow-disk", 2000)], {
      on: "2026-11-20",
      before: "",
    });
    const next = drillsPage(drills, [result("slow-disk", 3000), result("power-off-a", 4000)], {
      on: "2026-11-21",
      before: first,
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

  it("keeps measurements of a page without the newest column", () => {
    const page = drillsPage(drills, [evaluated({})], { on: "2026-11-20", before: "" });
    const [header = "", ...rest] = page.slice(page.indexOf("| drill |")).split("\n");
    const old = [header.replace(" operations checked / violations |", ""), ...rest].join("\n").replace(" 90 / 0 |", "");
    expect(parseResults(old).get("power-off-a")?.slice(5)).toEqual(["0", "–", "passed", "2026-11-20"]);
  });

  it("escapes column separators", () => {
    const page = drillsPage(drills, [evaluated({ problems: ["a | b"] })], { on: "2026-11-20", before: "" });
    expect(parseResults(page).get("power-off-a")?.[7]).toBe("FAILED: a | b");
    expect(drillsPage(drills, [], { on: "2026-11-21", before: page })).toBe(page);
  });
});

describe("catalog", () => {
  it("has unique names that are valid in a namespace", () => {
    const names = drills.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,40}$/);
  });

  it("selects drills by name and rejects others", () => {
    expect(selectDrills("all", "stacked")).toEqual(drills);
    const names = selectDrills("all", "external").map(({ name }) => name);
    expect(drills.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual(["move-etcd"]);
    expect(selectDrills("slow-disk,lose-quorum", "external").map(({ name }) => name)).toEqual([
      "slow-disk",
      "lose-quorum",
    ]);
    expect(() => selectDrills("slow-disc", "stacked")).toThrow(/^unknown drill slow-disc; did you mean slow-disk\?$/);
  });
});
