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
  ...{ minHealthyPercentage: 90, maxHealthyPercentage: 100, instanceWarmup: 60, skipMatching: true },
  scaleInProtectedInstances: "Wait",
};
const old = (id: string, part: Partial<RefreshedInstance> = {}): RefreshedInstance => ({
  ...{ id, lifecycle: "InService", version: "1", protected: false, launchedAt: 1_000, inServiceSince: 2_000 },
  ...part,
});
/** Launched by the refresh, and in service for longer than the warm-up. */
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

const member = { minHealthyPercentage: 0, instanceWarmup: 180 };

describe("a member's group of one", () => {
  test("ends its machine first", () => {
    expect(step(1, [old("a")], member)).toMatchObject({ terminate: ["a"], launch: 0, status: "InProgress" });
  });

  test("waits while the machine is protected, says so, and gives up after an hour", () => {
    const guarded = [old("a", { protected: true })];
    expect(step(1, guarded, member)).toMatchObject({ terminate: [], status: "InProgress", remaining: 1 });
    expect(step(1, guarded, member).reason).toBe("1 instances are protected from scale-in");
    expect(step(1, guarded, member, startedAt + 3_601_000).status).toBe("Failed");
  });

  test.each<["Refresh" | "Ignore", RefreshStep["status"], string[]]>([
    ["Refresh", "InProgress", ["a"]],
    ["Ignore", "Successful", []],
  ])("does with a protected machine what it is told: %s", (scaleInProtectedInstances, status, terminate) => {
    const found = step(1, [old("a", { protected: true })], { ...member, scaleInProtectedInstances });
    expect(found).toMatchObject({ status, terminate });
  });

  test("is done when the new machine has been in service for its warm-up", () => {
    const leaving = old("a", { lifecycle: "Terminating:Wait" });
    expect(step(1, [leaving, renewed("b", { inServiceSince: now - 179_000 })], member).status).toBe("InProgress");
    expect(step(1, [leaving, renewed("b", { inServiceSince: now - 180_000 })], member).status).toBe("Successful");
  });

  test("leaves a machine that is what the group wants, unless it is told not to", () => {
    expect(step(1, [old("a", { version: "2" })], member)).toMatchObject({ terminate: [], status: "Successful" });
    expect(step(1, [old("a", { version: "2" })], { ...member, skipMatching: false }).terminate).toEqual(["a"]);
  });
});

describe("a pool", () => {
  const pool = [old("a"), old("b"), old("c")];

  test.each<[string, RefreshedInstance[], Partial<RefreshPreferences>, string[], number]>([
    ["of which a tenth may be missing replaces one of three at a time", pool, {}, ["a"], 0],
    ["of which half may be missing replaces one of three", pool, { minHealthyPercentage: 50 }, ["a"], 0],
    ["of which all may be missing replaces all", pool, { minHealthyPercentage: 0 }, ["a", "b", "c"], 0],
    ["with room above its size launches first", pool, { minHealthyPercentage: 100, maxHealthyPercentage: 110 }, [], 1],
    [
      "ends an old one once a new one serves",
      [...pool, renewed("d")],
      { minHealthyPercentage: 100, maxHealthyPercentage: 110 },
      ["a"],
      0,
    ],
    [
      "does not count a new one that is still warming up",
      [...pool, renewed("d", { inServiceSince: now - 59_000 })],
      { minHealthyPercentage: 100, maxHealthyPercentage: 110 },
      [],
      0,
    ],
    [
      "does not go on while a new one has not come into service",
      [old("b"), old("c"), renewed("d", { lifecycle: "Pending:Wait" })],
      {},
      [],
      0,
    ],
    [
      "ends at once whoever is not in service",
      [old("a", { lifecycle: "Pending:Wait" }), old("b"), old("c")],
      {},
      ["a"],
      0,
    ],
  ])("%s", (_, instances, part, terminate, launch) => {
    expect(step(3, instances, part)).toMatchObject({ terminate, launch });
  });

  test("is not done while more are there than wanted", () => {
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
])("of %i instances with %i left, %i percent are done", (toReplace, remaining, percent) => {
  expect(percentageComplete({ toReplace, preferences, startedAt }, remaining)).toBe(percent);
});
