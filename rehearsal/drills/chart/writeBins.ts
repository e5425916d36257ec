/** Writes or requests of a drill by the second in which they ended, for its chart. Pure. */
import type { Attempt } from "../writes";
import { endOf } from "../writes";

/** Writes that ended in one interval. */
export interface WriteBin {
  /** Start in ms since the epoch. */
  readonly from: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Durations of the acknowledged writes in ms; absent without any. */
  readonly latency?: Latency;
}

export interface Latency {
  readonly median: number;
  readonly longest: number;
}

/** Lengths of intervals in seconds. */
const lengths = [1, 2, 5, 10, 20, 30, 60];
/** Number of intervals that a chart has room for; only drills of more than three hours have more. */
const maxBins = 200;

/** Writes in intervals of the same length, which is as short as the chart allows. The last one may be cut short. */
export function binWrites(writes: readonly Attempt[]): {
  readonly seconds: number;
  readonly bins: readonly WriteBin[];
} {
  if (writes.length === 0) return { seconds: 1, bins: [] };
  const ends = writes.map(endOf);
  const [first, last] = ends.reduce(
    ([least, most], end) => [Math.min(least, end), Math.max(most, end)],
    [ends[0] ?? 0, 0],
  );
  const seconds = lengths.find((length) => (last - first) / (1000 * length) < maxBins) ?? 60;
  const binAt = (time: number): number => Math.floor((time - first) / (1000 * seconds));
  const groups: Attempt[][] = Array.from({ length: binAt(last) + 1 }, () => []);
  for (const write of writes) groups[binAt(endOf(write))]?.push(write);
  return { seconds, bins: groups.map((group, index) => binOf(first + index * 1000 * seconds, group)) };
}

function binOf(from: number, writes: readonly Attempt[]): WriteBin {
  const durations = writes.filter(({ ok }) => ok).map(({ ms }) => ms);
  return {
    from,
    acknowledged: durations.length,
    failed: writes.length - durations.length,
    ...(durations.length > 0 && { latency: latencyOf(durations) }),
  };
}

function latencyOf(durations: readonly number[]): Latency {
  const sorted = durations.toSorted((one, other) => one - other);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, longest: sorted.at(-1) ?? 0 };
}
