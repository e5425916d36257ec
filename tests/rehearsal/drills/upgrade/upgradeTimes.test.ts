/** Duration of an upgrade. */
import { replacementTimes, type MachineTimes } from "../../../../rehearsal/drills/upgrade/upgradeTimes";

const s = (seconds: number): number => seconds * 1_000;
const machine = (role: string, seen: number, times: Partial<MachineTimes>): MachineTimes => ({
  role,
  seen: s(seen),
  ...Object.fromEntries(Object.entries(times).map(([name, at]) => [name, s(Number(at))])),
});

/** Two members, one after another with 5 s between them, and a worker that starts at once and waits for the second one. */
const upgraded = [
  machine("control-plane", 0, { ready: 0, terminating: 10, gone: 20 }),
  machine("control-plane", 20, { ready: 50 }),
  machine("control-plane", 0, { ready: 0, terminating: 55, gone: 65 }),
  machine("control-plane", 65, { ready: 95 }),
  machine("worker", 5, { ready: 105 }),
  machine("worker", 0, { ready: 0, terminating: 105, gone: 115 }),
];

test("compares the time of members and of workers with drains, boots and joins", () => {
  expect(replacementTimes(upgraded, { began: 0, first: "members" })).toEqual([
    "2 members replaced in 95.0 s, 47.5 s each: 1.19 times drain, boot and join (80.0 s)",
    // From the last member: 10 s until its join, 10 s for the drain.
    "1 worker replaced in 20.0 s, 20.0 s each: 1.00 times drain, boot and join (20.0 s)",
  ]);
});

test("workers that do not wait are measured from the change", () => {
  expect(replacementTimes(upgraded, { began: 0, first: undefined })[1]).toBe(
    "1 worker replaced in 115.0 s, 115.0 s each: 1.05 times drain, boot and join (110.0 s)",
  );
});

test("members that wait for workers, on the way back, are measured from the last worker", () => {
  const back = [
    machine("worker", 0, { ready: 0, terminating: 10, gone: 20 }),
    machine("worker", 20, { ready: 50 }),
    machine("control-plane", 0, { ready: 0, terminating: 55, gone: 65 }),
    machine("control-plane", 65, { ready: 95 }),
  ];
  expect(replacementTimes(back, { began: 0, first: "workers" })).toEqual([
    "1 member replaced in 45.0 s, 45.0 s each: 1.13 times drain, boot and join (40.0 s)",
    "1 worker replaced in 50.0 s, 50.0 s each: 1.25 times drain, boot and join (40.0 s)",
  ]);
});

test("a role without a new machine has no line", () => {
  expect(replacementTimes(upgraded.slice(4), { began: 0, first: undefined })).toHaveLength(1);
});
