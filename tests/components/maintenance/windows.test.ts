import fc from "fast-check";
import {
  cronExpression,
  describeWindow,
  overlap,
  weekdays,
  windowName,
} from "../../../components/maintenance/windows.plan";
import type { MaintenanceWindow } from "../../../components/maintenance/windows.plan";

const window = (days: MaintenanceWindow["days"], start: string, hours: number): MaintenanceWindow => ({
  days,
  start,
  hours,
});

test.each<[MaintenanceWindow, string, string, string]>([
  [window(["Sat"], "02:00", 4), "cron(0 2 ? * SAT *)", "sat-0200", "Sat 02:00 UTC, 4 h"],
  [window(["Sun", "Mon"], "23:45", 24), "cron(45 23 ? * MON,SUN *)", "mon-2345", "Mon, Sun 23:45 UTC, 24 h"],
])("%j has an expression, a name and a text", (given, expression, name, description) => {
  expect(cronExpression(given)).toBe(expression);
  expect(windowName(given)).toBe(name);
  expect(describeWindow(given)).toBe(description);
});

test.each<[string, MaintenanceWindow, MaintenanceWindow, boolean]>([
  ["the same time", window(["Sat"], "02:00", 1), window(["Sat"], "02:00", 1), true],
  ["one after the other", window(["Sat"], "02:00", 2), window(["Sat"], "04:00", 2), false],
  ["one minute", window(["Sat"], "02:01", 2), window(["Sat"], "04:00", 2), true],
  ["past midnight", window(["Fri"], "23:00", 3), window(["Sat"], "01:00", 1), true],
  ["past the end of the week", window(["Sun"], "23:00", 3), window(["Mon"], "01:00", 1), true],
  ["other days", window(["Tue", "Thu"], "02:00", 24), window(["Sat"], "02:00", 24), false],
])("windows overlap or not: %s", (_title, one, other, expected) => {
  expect(overlap(one, other)).toBe(expected);
  expect(overlap(other, one)).toBe(expected);
});

test("windows overlap if they have a minute of the week in common, and only then they may have one name", () => {
  const anyWindow = fc.record({
    days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
    start: fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((time) => time.map((part) => String(part).padStart(2, "0")).join(":")),
    hours: fc.integer({ min: 1, max: 24 }),
  });
  /** Minutes of the week, by counting. */
  const minutes = ({ days, start, hours }: MaintenanceWindow): Set<number> => {
    const [hour = 0, minute = 0] = start.split(":").map(Number);
    const found = new Set<number>();
    for (const day of days) {
      const first = weekdays.indexOf(day) * 24 * 60 + hour * 60 + minute;
      for (let offset = 0; offset < hours * 60; offset += 1) found.add((first + offset) % (7 * 24 * 60));
    }
    return found;
  };
  fc.assert(
    fc.property(anyWindow, anyWindow, (one, other) => {
      const common = [...minutes(one)].some((minute) => minutes(other).has(minute));
      expect(overlap(one, other)).toBe(common);
      if (!common) expect(windowName(one)).not.toBe(windowName(other));
    }),
    { numRuns: 60 },
  );
});
