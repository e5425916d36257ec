import { accepts, cluster, rejects } from "./settingsSupport";

const path = "maintenance.windows";
const saturday = { days: ["Sat"], start: "02:00", hours: 4 };

rejects([
  ["an unknown weekday", { [path]: [{ ...saturday, days: ["Saturday"] }] }, [`${path}[0].days[0]`, /Mon.*Sun/]],
  ["a window without days", { [path]: [{ ...saturday, days: [] }] }, [`${path}[0].days`, /at least one entry/]],
  ["a day twice", { [path]: [{ ...saturday, days: ["Sat", "Sun", "Sat"] }] }, [`${path}[0].days[2]`, /duplicate/]],
  ["a start of one digit", { [path]: [{ ...saturday, start: "2:00" }] }, [`${path}[0].start`, /such as "02:00"/]],
  ["a start after midnight", { [path]: [{ ...saturday, start: "24:00" }] }, [`${path}[0].start`, /such as "02:00"/]],
  ["a start with a time zone", { [path]: [{ ...saturday, start: "02:00 CET" }] }, [`${path}[0].start`, /in UTC/]],
  ["hours of more than a day", { [path]: [{ ...saturday, hours: 25 }] }, [`${path}[0].hours`, /24/]],
  ["a window without hours", { [path]: [{ days: ["Sat"], start: "02:00" }] }, [`${path}[0].hours`, /missing/]],
  [
    "windows that overlap at the end of the week, and all other problems at once",
    {
      [path]: [
        { days: ["Sun"], start: "23:00", hours: 4 },
        { days: ["Mon", "Mon"], start: "02:30", hours: 1 },
      ],
    },
    [`${path}[1].days[1]`, /duplicate/],
    [`${path}[1]`, /overlaps windows\[0\], Sun 23:00 UTC, 4 h; write other days/],
  ],
  [
    "only one finding for a window that overlaps two others",
    {
      [path]: [
        { days: ["Sat"], start: "02:00", hours: 2 },
        { days: ["Sat"], start: "04:00", hours: 2 },
        { days: ["Sat"], start: "03:00", hours: 2 },
      ],
    },
    [`${path}[2]`, /overlaps windows\[0\]/],
  ],
]);

accepts([
  ["windows one after the other", cluster({ [path]: [saturday, { days: ["Sat"], start: "06:00", hours: 24 }] })],
  [
    "a window on every day",
    cluster({ [path]: [{ days: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], start: "00:00", hours: 24 }] }),
  ],
  ["no window", cluster({ [path]: [] })],
]);
