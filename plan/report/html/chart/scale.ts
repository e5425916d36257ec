/** Scales and axes of charts: from values to positions. Pure. */

export type Interval = readonly [from: number, to: number];

/** Position of a value. */
export type Scale = (value: number) => number;

export const linearScale =
  ([from, to]: Interval, [start, end]: Interval): Scale =>
  (value) =>
    round(to === from ? start : start + ((value - from) / (to - from)) * (end - start));

/** Scale on which each power of ten takes the same room, for positive values. */
export const logarithmicScale = ([from, to]: Interval, range: Interval): Scale => {
  const scale = linearScale([Math.log10(from), Math.log10(to)], range);
  return (value) => scale(Math.log10(value));
};

/** Position with two decimals, enough for a hundredth of a pixel. */
export const round = (position: number): number => Math.round(position * 100) / 100;

/** At most `most` + 1 round values in an interval, at distances of 1, 2 or 5 times a power of ten. */
export function ticks([from, to]: Interval, most: number): readonly number[] {
  if (!(to > from)) return [from];
  const power = 10 ** Math.floor(Math.log10((to - from) / most));
  const step = power * ([1, 2, 5].find((factor) => (to - from) / (power * factor) <= most) ?? 10);
  const [first, last] = [Math.ceil(from / step), Math.floor(to / step)];
  // Without the error of binary fractions: 0.3 instead of 0.30000000000000004. Plus zero: -0 would be shown as such.
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)) + 0);
}

/** Powers of ten in an interval of positive values. */
export function powersOfTen([from, to]: Interval): readonly number[] {
  const [first, last] = [Math.ceil(Math.log10(from)), Math.floor(Math.log10(to))];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
}
