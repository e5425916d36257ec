import * as fc from "fast-check";

import type { PlannedAlarm } from "../../../components/alarms/metricAlarm";
import { clockTolerance, etcdAlarms } from "../../../components/etcd/alarms.plan";
import { longestInterval } from "../../../components/etcd/schedule.plan";
import { threeZones } from "../../machineSupport";

const named = (alarms: readonly PlannedAlarm[], name: string): PlannedAlarm => {
  const found = alarms.find((alarm) => alarm.name === name);
  if (found === undefined) throw new Error(`no alarm ${name}`);
  return found;
};

test("missing data breaches where members or backups are expected to report", () => {
  expect(etcdAlarms(threeZones()).map(({ name, missingData }) => `${name}: ${missingData}`)).toEqual([
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
])("with schedule %s a backup is too old after %i s", (schedule, seconds) => {
  const alarms = etcdAlarms(threeZones({ etcd: { backups: { schedule } } }));
  expect(named(alarms, "backup-age").threshold).toBe(seconds);
});

test("the database alarm starts at 80 % of the quota", () => {
  const alarms = etcdAlarms(threeZones({ etcd: { maintenance: { quotaBytes: 1_000_000_000 } } }));
  expect(named(alarms, "database-size").threshold).toBe(80);
});

test("the clock alarm starts before AWS rejects signatures, and not after one slow response", () => {
  const { metric, member, breaches, threshold, period, periods } = named(etcdAlarms(threeZones()), "clock");
  expect([metric, member]).toEqual(["ClockOffsetSeconds", ["a", "b", "c"]]);
  expect([breaches, threshold]).toEqual(["above", clockTolerance]);
  expect(clockTolerance).toBeGreaterThan(1);
  expect(clockTolerance).toBeLessThan(300);
  expect(periods).toBeGreaterThan(1);
  expect(period * periods).toBeLessThan(600);
});

test("for every schedule, CloudWatch evaluates the alarm, and a run in time raises none", () => {
  const schedule = (most: number) =>
    fc
      .oneof(
        fc.constantFrom("minutely", "hourly", "daily", "*:0/15", "Mon..Fri 04:00", "0/7:20", "Mon,Thu 12:00"),
        fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => `${hour}:${minute}`),
      )
      .filter((text) => longestInterval(text) <= most * 1440);
  fc.assert(
    fc.property(schedule(1), schedule(6), (backup, drill) => {
      const alarms = etcdAlarms(threeZones({ etcd: { backups: { schedule: backup, drill: { schedule: drill } } } }));
      for (const { period, periods } of alarms) {
        expect(period * periods).toBeLessThanOrEqual((period < 3600 ? 1 : 7) * 86_400);
      }
      expect(named(alarms, "backup-age").threshold).toBeGreaterThan(longestInterval(backup) * 60);
      const overdue = named(alarms, "drill-overdue");
      expect(overdue.period * overdue.periods).toBeGreaterThan(longestInterval(drill) * 60);
    }),
    { numRuns: 40 },
  );
});
