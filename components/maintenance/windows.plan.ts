/** Maintenance windows: times of a week, in UTC, at which rollouts start. */

/** Names of weekdays, as in EventBridge's cron expressions. */
export const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

export interface MaintenanceWindow {
  /** Days on which the window starts. */
  readonly days: readonly (typeof weekdays)[number][];
  /** `HH:MM`, UTC. */
  readonly start: string;
  readonly hours: number;
}

const minutesPerDay = 1440;
const minutesPerWeek = 7 * minutesPerDay;

/** True if a minute of a week belongs to both windows. */
export function overlap(one: MaintenanceWindow, other: MaintenanceWindow): boolean {
  const [first, second] = [minutesOf(one), minutesOf(other)];
  return first.starts.some((start) =>
    second.starts.some((otherStart) => {
      // A window that starts on Sunday may end on Monday.
      const later = (otherStart - start + minutesPerWeek) % minutesPerWeek;
      return later < first.length || minutesPerWeek - later < second.length;
    }),
  );
}

/** Starts of a window in minutes since Monday 00:00, and its length. */
function minutesOf({ days, start, hours }: MaintenanceWindow): { starts: readonly number[]; length: number } {
  const [hour, minute] = timeOf(start);
  const starts = days.map((day) => weekdays.indexOf(day) * minutesPerDay + hour * 60 + minute);
  return { starts, length: hours * 60 };
}

/** Hour and minute of `HH:MM`. */
const timeOf = (start: string): readonly [number, number] => [Number(start.slice(0, 2)), Number(start.slice(3))];

/** Expression of EventBridge Scheduler for the starts of a window. */
export function cronExpression({ days, start }: MaintenanceWindow): string {
  const [hour, minute] = timeOf(start);
  return `cron(${minute} ${hour} ? * ${inWeek(days).join(",").toUpperCase()} *)`;
}

/** Name of a window by its first start, such as `sat-0200`. Windows do not overlap, so that it is unique. */
export function windowName({ days, start }: MaintenanceWindow): string {
  const [first = ""] = inWeek(days);
  return `${first.toLowerCase()}-${start.replace(":", "")}`;
}

/** A window for people: `Sat, Sun 02:00 UTC, 4 h`. */
export function describeWindow({ days, start, hours }: MaintenanceWindow): string {
  return `${inWeek(days).join(", ")} ${start} UTC, ${hours} h`;
}

/** Days in the order of the week. */
const inWeek = (days: MaintenanceWindow["days"]): MaintenanceWindow["days"] =>
  weekdays.filter((day) => days.includes(day));
