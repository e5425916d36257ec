/**
 * Schedules as systemd calendar expressions (systemd.time(7)). Only schedules that repeat weekly are accepted: their longest
 * interval between two runs is known, so that an alarm on missing runs can be as short as that interval allows.
 */

const minutesPerDay = 1440;
const minutesPerWeek = 7 * minutesPerDay;

/** systemd's names for schedules that repeat weekly; weeks begin on Monday. */
const shorthands: Readonly<Record<string, string>> = {
  minutely: "*:*",
  hourly: "*:00",
  daily: "00:00",
  weekly: "Mon 00:00",
};

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Runs of a schedule in minutes since Monday 00:00, sorted; undefined for an unsupported expression. */
export function runsInWeek(schedule: string): readonly number[] | undefined {
  const text = shorthands[schedule] ?? schedule;
  const parts = /^(?:([A-Za-z,.]+) )?(?:\*-\*-\* )?([\d*/,.]+):([\d*/,.]+)(?::00)?(?: UTC)?$/.exec(text);
  if (parts === null) return undefined;
  const [, dayText, hourText = "", minuteText = ""] = parts;
  const days = dayText === undefined ? weekdays.map((_, day) => day) : weekdayNumbers(dayText);
  const hours = numbers(hourText, 24);
  const minutes = numbers(minuteText, 60);
  if (days === undefined || hours === undefined || minutes === undefined) return undefined;
  return days.flatMap((day) =>
    hours.flatMap((hour) => minutes.map((minute) => day * minutesPerDay + hour * 60 + minute)),
  );
}

/**
 * Longest interval between two runs of a schedule, in minutes.
 * @throws RangeError for an unsupported expression, which the settings reject earlier.
 */
export function longestInterval(schedule: string): number {
  const runs = runsInWeek(schedule);
  const first = runs?.[0];
  if (runs === undefined || first === undefined) throw new RangeError(`"${schedule}" is not a supported schedule`);
  return runs.reduce((longest, run, index) => {
    const next = runs[index + 1] ?? first + minutesPerWeek;
    return Math.max(longest, next - run);
  }, 0);
}

function weekdayNumbers(text: string): readonly number[] | undefined {
  return sortedUnion(text.toLowerCase().split(","), (part) => {
    const [from = "", to = from, ...rest] = part.split("..");
    const [first, last] = [weekdayNumber(from), weekdayNumber(to)];
    return rest.length > 0 || first < 0 || last < first ? undefined : range(first, last, 1);
  });
}

const weekdayNumber = (name: string): number =>
  weekdays.findIndex((weekday) => name === weekday || name === weekday.slice(0, 3));

/** Numbers below `limit` in an expression such as `*`, `5`, `9..17`, `0/15` or a list of those. */
function numbers(text: string, limit: number): readonly number[] | undefined {
  return sortedUnion(text.split(","), (part) => {
    const match = /^(?:(\*)|(\d{1,2})(?:\.\.(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null) return undefined;
    const [, all, fromText, toText, stepText] = match;
    const step = stepText === undefined ? 1 : Number(stepText);
    const first = all === undefined ? Number(fromText) : 0;
    const repeats = all !== undefined || stepText !== undefined;
    const last = toText === undefined ? (repeats ? limit - 1 : first) : Number(toText);
    return step < 1 || last >= limit || last < first ? undefined : range(first, last, step);
  });
}

function range(first: number, last: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

/** Union of the parts, sorted; undefined if one part is invalid. */
function sortedUnion(
  parts: readonly string[],
  read: (part: string) => readonly number[] | undefined,
): readonly number[] | undefined {
  const all = new Set<number>();
  for (const part of parts) {
    const some = read(part);
    if (some === undefined) return undefined;
    for (const one of some) all.add(one);
  }
  return [...all].sort((left, right) => left - right);
}
