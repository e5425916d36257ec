import * as fc from "fast-check";

import { clockTolerance, plannedAlarms } from "../../../components/etcd/alarms.plan";
import type { PlannedAlarm } from "../../../components/etcd/alarms.plan";
import { longestPause } from "../../../components/etcd/schedule.plan";
import { threeZones } from "../../machineSupport";

const named = (alarms: readonly PlannedAlarm[], name: string): PlannedAlarm => {
  const found = alarms.find((alarm) => alarm.name === name);
  if (found === undefined) throw new Error(`there is no alarm ${name}`);
  return found;
};

test("what is watched, and where silence is failure", () => {
  expect(plannedAlarms(threeZones()).map(({ name, silence }) => `${name}: ${silence}`)).toEqual([
    "backup-age: breaching",
    "drill-failed: ignore",
    "drill-overdue: breaching",
    "member-a: breaching",
    "member-b: breaching",
    "member-c: breaching",
    "database-size: notBreaching",
    "raised: notBreaching",
    "restore-refused: notBreaching",
    "clock: notBreaching",
  ]);
});

test.each([
  ["*:0/15", 45 * 60],
  ["hourly", 90 * 60],
  ["02:30", 24.5 * 3600],
])("with a schedule of %s a backup is too old after %i s", (schedule, seconds) => {
  const alarms = plannedAlarms(threeZones({ etcd: { backups: { schedule } } }));
  expect(named(alarms, "backup-age").threshold).toBe(seconds);
});

test("the quota is told of at four fifths", () => {
  const alarms = plannedAlarms(threeZones({ etcd: { maintenance: { quotaBytes: 1_000_000_000 } } }));
  expect(named(alarms, "database-size").threshold).toBe(800_000_000);
});

test("a clock is told of before AWS refuses its signatures, and not for one slow answer", () => {
  const { figure, statistic, breaches, threshold, period, periods } = named(plannedAlarms(threeZones()), "clock");
  expect(figure).toEqual({ of: "anyMember", metric: "ClockOffsetSeconds", members: ["a", "b", "c"] });
  expect([statistic, breaches, threshold]).toEqual(["Maximum", "above", clockTolerance]);
  expect(clockTolerance).toBeGreaterThan(1);
  expect(clockTolerance).toBeLessThan(300);
  expect(periods).toBeGreaterThan(1);
  expect(period * periods).toBeLessThan(600);
});

test("whatever the schedules are, CloudWatch can look back that far, and no run in time is missed", () => {
  const schedule = (most: number) =>
    fc
      .oneof(
        fc.constantFrom("minutely", "hourly", "daily", "*:0/15", "Mon..Fri 04:00", "0/7:20", "Mon,Thu 12:00"),
        fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => `${hour}:${minute}`),
      )
      .filter((text) => longestPause(text) <= most * 1440);
  fc.assert(
    fc.property(schedule(1), schedule(6), (backup, drill) => {
      const alarms = plannedAlarms(threeZones({ etcd: { backups: { schedule: backup, drill: { schedule: drill } } } }));
      for (const { period, periods } of alarms) {
        expect(period * periods).toBeLessThanOrEqual((period < 3600 ? 1 : 7) * 86_400);
      }
      expect(named(alarms, "backup-age").threshold).toBeGreaterThan(longestPause(backup) * 60);
      const overdue = named(alarms, "drill-overdue");
      expect(overdue.period * overdue.periods).toBeGreaterThan(longestPause(drill) * 60);
    }),
    { numRuns: 40 },
  );
});
