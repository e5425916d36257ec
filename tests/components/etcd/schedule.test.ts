import * as fc from "fast-check";

import { longestInterval, runsInWeek } from "../../../components/etcd/schedule.plan";

const day = 1440;

test.each([
  ["*:0/15", 15],
  ["minutely", 1],
  ["hourly", 60],
  ["daily", day],
  ["weekly", 7 * day],
  ["*-*-* 02:30", day],
  ["02:30:00 UTC", day],
  ["*:05,10,50", 40],
  ["9..17:00", 16 * 60],
  ["0/7:20", 7 * 60],
  ["*/12:00", 12 * 60],
  ["Mon..Fri 04:00", 3 * day],
  ["Tue,Saturday *-*-* 01:00", 4 * day],
  ["sun 03:00", 7 * day],
])("the longest interval of %s is %i minutes", (schedule, minutes) => {
  expect(longestInterval(schedule)).toBe(minutes);
});

test.each([
  "",
  "15",
  "*/15 * * * *",
  "25:00",
  "*:60",
  "*:0/0",
  "5..3:00",
  "Fri..Mon 02:00",
  "Mo 02:00",
  "Mon..Wed..Fri 02:00",
  "2026-12-24 18:00",
  "*-*-01 02:00",
  "monthly",
  "02:30:15",
  "02:30 Europe/Berlin",
  "*:0/15,",
])("%j is not supported", (schedule) => {
  expect(runsInWeek(schedule)).toBeUndefined();
  expect(() => longestInterval(schedule)).toThrow(RangeError);
});

test("a step that divides 60 minutes is the interval, at every offset", () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30), fc.nat(), (step, offset) => {
      expect(longestInterval(`*:${offset % step}/${step}`)).toBe(step);
    }),
  );
});

test("runs are sorted distinct minutes of the week, and more runs never lengthen the interval", () => {
  const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(minutes, fc.integer({ min: 0, max: 59 }), (some, another) => {
      const runs = runsInWeek(`*:${some.join(",")}`) ?? [];
      expect(runs).toHaveLength(some.length * 168);
      expect(runs).toEqual([...new Set(runs)].sort((one, other) => one - other));
      expect(longestInterval(`*:${[...some, another].join(",")}`)).toBeLessThanOrEqual(
        longestInterval(`*:${some.join(",")}`),
      );
    }),
  );
});
