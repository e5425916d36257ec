import fc from "fast-check";
import {
  nextStep,
  percentageComplete,
  type RefreshedInstance,
  type RefreshPreferences,
  type RefreshStep,
} from "../../../../rehearsal/aws/autoScaling/refresh.plan";

const startedAt = 100_000;
const now = 200_000;
const preferences: RefreshPreferences = {
  ...{ MinHealthyPercentage: 90, InstanceWarmup: 60, SkipMatching: true },
  ScaleInProtectedInstances: "Wait",
};
const old = (id: string, part: Partial<RefreshedInstance> = {}): RefreshedInstance => ({
  ...{ id, lifecycle: "InService", version: "1", protected: false, launchedAt: 1_000, inServiceSince: 2_000 },
  ...part,
});
/** Launched by the refresh and warmed up. */
const renewed = (id: string, part: Partial<RefreshedInstance> = {}): RefreshedInstance =>
  old(id, { version: "2", launchedAt: 110_000, inServiceSince: 120_000, ...part });
const step = (
  desired: number,
  instances: RefreshedInstance[],
  part: Partial<RefreshPreferences> = {},
  at = now,
): RefreshStep =>
  nextStep(
    { preferences: { ...preferences, ...part }, startedAt, toReplace: 3 },
    { desired, version: "2", instances },
    at,
  );

const member = { MinHealthyPercentage: 0, MaxHealthyPercentage: 100, InstanceWarmup: 180 };

/** Applies steps until the refresh ends. Instances start and end between two steps. */
function rollOut(
  desired: number,
  part: Partial<RefreshPreferences>,
): { fewest: number; most: number; left: readonly string[] } {
  let instances = Array.from({ length: desired }, (_, index) => old(`old-${index}`));
  let [fewest, most, launched] = [desired, desired, 0];
  const launch = (count: number): void => {
    for (let index = 0; index < count; index += 1)
      instances.push(renewed(`new-${launched++}`, { lifecycle: "Pending:Wait" }));
  };
  for (let round = 0; round < 10 * desired; round += 1) {
    const { status, terminate, launch: more } = step(desired, instances, part);
    if (status !== "InProgress") break;
    launch(more);
    instances = instances.filter(({ id }) => !terminate.includes(id));
    fewest = Math.min(fewest, instances.filter(({ lifecycle }) => lifecycle === "InService").length);
    // The group replaces what it misses at once.
    launch(desired - instances.length);
    most = Math.max(most, instances.length);
    instances = instances.map((instance) => ({ ...instance, lifecycle: "InService" }));
  }
  return { fewest, most, left: instances.map(({ id }) => id).filter((id) => id.startsWith("old")) };
}

describe("refresh of a group with one member", () => {
  test("terminates the member first", () => {
    expect(step(1, [old("a")], member)).toMatchObject({ terminate: ["a"], launch: 0, status: "InProgress" });
  });

  test("waits for a protected member, and fails after an hour", () => {
    const guarded = [old("a", { protected: true })];
    expect(step(1, guarded, member)).toMatchObject({ terminate: [], status: "InProgress", remaining: 1 });
    expect(step(1, guarded, member).reason).toBe("1 instances are protected from scale-in");
    expect(step(1, guarded, member, startedAt + 3_601_000).status).toBe("Failed");
  });

  test.each<["Refresh" | "Ignore", RefreshStep["status"], string[]]>([
    ["Refresh", "InProgress", ["a"]],
    ["Ignore", "Successful", []],
  ])("with preference %s for protected members", (ScaleInProtectedInstances, status, terminate) => {
    const found = step(1, [old("a", { protected: true })], { ...member, ScaleInProtectedInstances });
    expect(found).toMatchObject({ status, terminate });
  });

  test("succeeds when the new member has warmed up", () => {
    const leaving = old("a", { lifecycle: "Terminating:Wait" });
    expect(step(1, [leaving, renewed("b", { inServiceSince: now - 179_000 })], member).status).toBe("InProgress");
    expect(step(1, [leaving, renewed("b", { inServiceSince: now - 180_000 })], member).status).toBe("Successful");
  });

  test("keeps a member of the current version only with SkipMatching", () => {
    expect(step(1, [old("a", { version: "2" })], member)).toMatchObject({ terminate: [], status: "Successful" });
    expect(step(1, [old("a", { version: "2" })], { ...member, SkipMatching: false }).terminate).toEqual(["a"]);
  });
});

describe("refresh of a pool", () => {
  const pool = [old("a"), old("b"), old("c")];

  test.each<[string, RefreshedInstance[], Partial<RefreshPreferences>, string[], number]>([
    ["replaces one of three if 90 % must be healthy", pool, {}, ["a"], 0],
    ["replaces one of three if 50 % must be healthy", pool, { MinHealthyPercentage: 50 }, ["a"], 0],
    ["replaces all if none must be healthy", pool, { MinHealthyPercentage: 0 }, ["a", "b", "c"], 0],
    ["launches first if 100 % at most leave no room", pool, { MaxHealthyPercentage: 100 }, [], 1],
    [
      "replaces and launches with room for both",
      pool,
      { MinHealthyPercentage: 50, MaxHealthyPercentage: 110 },
      ["a"],
      1,
    ],
    ["rounds the room for more up", [old("a")], { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 }, [], 1],
    ["launches first with room for more", pool, { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 }, [], 1],
    [
      "terminates an old one when a new one is healthy",
      [...pool, renewed("d")],
      { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 },
      ["a"],
      0,
    ],
    [
      "waits for the warm-up of a new one",
      [...pool, renewed("d", { inServiceSince: now - 59_000 })],
      { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 },
      [],
      0,
    ],
    [
      "waits until a new one is in service",
      [old("b"), old("c"), renewed("d", { lifecycle: "Pending:Wait" })],
      {},
      [],
      0,
    ],
    [
      "terminates those at once that are not in service",
      [old("a", { lifecycle: "Pending:Wait" }), old("b"), old("c")],
      {},
      ["a"],
      0,
    ],
  ])("%s", (_, instances, part, terminate, launch) => {
    expect(step(Math.min(3, instances.length), instances, part)).toMatchObject({ terminate, launch });
  });

  test("of any size keeps between its percentages, as Auto Scaling documents them, and replaces all", () => {
    const percentages = fc
      .tuple(fc.integer({ min: 0, max: 100 }), fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }))
      .filter(([unavailable, surge = 0]) => unavailable + surge <= 100);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), percentages, (desired, [unavailable, surge]) => {
        const part = {
          MinHealthyPercentage: 100 - unavailable,
          ...(surge !== undefined && { MaxHealthyPercentage: 100 + surge }),
        };
        const { fewest, most, left } = rollOut(desired, { ...part, InstanceWarmup: 0 });
        const healthy = Math.ceil((desired * part.MinHealthyPercentage) / 100);
        expect(left).toEqual([]);
        expect(fewest).toBeGreaterThanOrEqual(surge === undefined ? Math.min(healthy, desired - 1) : healthy);
        const room = Math.max(Math.ceil((desired * (100 + (surge ?? 0))) / 100), healthy + 1);
        expect(most).toBeLessThanOrEqual(surge === undefined ? desired : room);
      }),
    );
  });

  test("continues while there are surplus instances", () => {
    const surplus = ["a", "b", "c", "d"].map((id) => renewed(id));
    expect(step(3, surplus).status).toBe("InProgress");
    expect(step(3, surplus.slice(1)).status).toBe("Successful");
  });
});

test.each([
  [3, 3, 0],
  [3, 2, 33],
  [3, 0, 100],
  [0, 0, 100],
])("completed percentage of %i instances with %i left: %i", (toReplace, remaining, percent) => {
  expect(percentageComplete({ toReplace, preferences, startedAt }, remaining)).toBe(percent);
});
