/** Schedules of soaks. */
import fc from "fast-check";
import { drills } from "../../../../rehearsal/drills/catalogue";
import {
  quorumTolerance,
  type ScheduledFault,
  scheduleSoak,
  type SoakFault,
  type SoakRequest,
} from "../../../../rehearsal/drills/soak/schedule.plan";

const faults: fc.Arbitrary<readonly SoakFault[]> = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,8}$/),
    costs: fc.record({ members: fc.nat(3), seconds: fc.integer({ min: 20, max: 600 }) }),
  }),
  { selector: ({ name }) => name, maxLength: 6 },
);
const requests: fc.Arbitrary<SoakRequest> = fc.record({
  seed: fc.nat(2 ** 32 - 1),
  minutes: fc.integer({ min: 5, max: 40 }),
  members: fc.constantFrom(1, 3, 5),
  faults,
});

/** Checks a schedule against its request. */
function forEachSchedule(check: (schedule: readonly ScheduledFault[], request: SoakRequest) => void): void {
  fc.assert(
    fc.property(requests, (request) => {
      check(scheduleSoak(request), request);
    }),
  );
}

const costsIn = (request: SoakRequest, { name }: ScheduledFault) =>
  request.faults.find((fault) => fault.name === name)?.costs;

test.each([
  [1, 0],
  [2, 0],
  [3, 1],
  [4, 1],
  [5, 2],
])("the quorum of %d members tolerates the loss of %d", (members, tolerated) => {
  expect(quorumTolerance(members)).toBe(tolerated);
});

describe("a schedule", () => {
  it("never exceeds the quorum's tolerance at any moment", () => {
    forEachSchedule((schedule, request) => {
      const unavailableAt = (moment: number): number =>
        schedule
          .filter(({ startsAt, endsAt }) => startsAt <= moment && moment < endsAt)
          .reduce((sum, fault) => sum + (costsIn(request, fault)?.members ?? Infinity), 0);
      const majority = Math.floor(request.members / 2) + 1;
      for (const { startsAt } of schedule)
        expect(request.members - unavailableAt(startsAt)).toBeGreaterThanOrEqual(majority);
    });
  });

  it("is the same for the same seed, and others differ", () => {
    forEachSchedule((schedule, request) => {
      expect(scheduleSoak(structuredClone(request))).toEqual(schedule);
    });
    const costs = { members: 0, seconds: 30 };
    const request = { minutes: 60, members: 3, faults: ["a", "b", "c"].map((name) => ({ name, costs })) };
    const schedules = Array.from({ length: 50 }, (_, seed) => JSON.stringify(scheduleSoak({ ...request, seed })));
    expect(new Set(schedules).size).toBe(50);
  });

  it("lies within the duration, which has no room for another fault", () => {
    forEachSchedule((schedule, request) => {
      const end = 60 * request.minutes;
      const last = schedule.at(-1)?.endsAt ?? 0;
      expect(last).toBeLessThanOrEqual(end);
      const allowed = request.faults.filter(({ costs }) => costs.members <= (request.members - 1) / 2);
      // A pause takes at most 30 s.
      for (const { costs } of allowed) expect(last + 30 + costs.seconds).toBeGreaterThan(end);
    });
  });

  it("pauses between faults, which last as long as they cost", () => {
    forEachSchedule((schedule, request) => {
      for (const [index, fault] of schedule.entries()) {
        const pause = fault.startsAt - (schedule[index - 1]?.endsAt ?? 0);
        expect([pause >= 5, pause <= 30, Number.isInteger(pause)]).toEqual([true, true, true]);
        expect(fault.endsAt - fault.startsAt).toBe(costsIn(request, fault)?.seconds);
      }
    });
  });

  it("has each fault that still fits once before one comes again, and none twice in succession if there is another", () => {
    forEachSchedule((schedule, request) => {
      for (const [index, { name, startsAt }] of schedule.entries()) {
        const before = schedule.slice(0, index);
        const uses = (one: string): number => before.filter((each) => each.name === one).length;
        const others = request.faults.filter(
          ({ name: other, costs }) =>
            other !== name &&
            costs.members <= quorumTolerance(request.members) &&
            startsAt + costs.seconds <= 60 * request.minutes,
        );
        const last = before.at(-1)?.name;
        if (others.length > 0) expect(name).not.toBe(last);
        for (const other of others) if (other.name !== last) expect(uses(name)).toBeLessThanOrEqual(uses(other.name));
      }
    });
  });
});

test("the schedule of a seed does not change with the version of Node.js", () => {
  const costs = { members: 1, seconds: 60 };
  const request = { seed: 7, minutes: 6, members: 3, faults: ["x", "y", "z"].map((name) => ({ name, costs })) };
  // Computed with Python's hashlib.
  expect(scheduleSoak(request).map(({ name, startsAt, endsAt }) => [name, startsAt, endsAt])).toEqual([
    ["y", 15, 75],
    ["z", 81, 141],
    ["x", 167, 227],
    ["y", 233, 293],
  ]);
});

test("an hour has every fault of the catalog that can be repeated", () => {
  const repeatable = drills.flatMap(({ name, soak }) => (soak === undefined ? [] : [{ name, costs: soak }]));
  const schedule = scheduleSoak({ seed: 1, minutes: 60, members: 3, faults: repeatable });
  expect(new Set(schedule.map(({ name }) => name)).size).toBe(repeatable.length);
  const single = scheduleSoak({ seed: 1, minutes: 60, members: 1, faults: repeatable });
  expect(single.map(({ name }) => name)).not.toContain("power-off-a");
});

test("no drill of a soak restores a backup, needs another version or topology, or request load", () => {
  const chosen = drills.filter(({ soak }) => soak !== undefined);
  expect(chosen.length).toBeGreaterThan(20);
  const lasting = chosen.filter(
    (drill) =>
      drill.limits.lost !== "none" ||
      [drill.from, drill.topology, drill.load].some((each) => each !== undefined) ||
      "upgrades" in drill,
  );
  expect(lasting.map(({ name }) => name)).toEqual([]);
});
