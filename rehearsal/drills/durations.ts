/** Seconds from a moment to another, by default now, both in ms since the epoch: for people, with one decimal, without the unit. */
export function secondsSince(began: number, ended = Date.now()): string {
  return ((ended - began) / 1000).toFixed(1);
}
