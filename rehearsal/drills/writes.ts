/** What clients' writes log about an outage. Pure. */

/** One try to write, by one client. */
export interface Write {
  readonly name: string;
  /** It was acknowledged. */
  readonly ok: boolean;
  /** When it was begun, in ms since the epoch, and how long it took. */
  readonly at: number;
  readonly ms: number;
  /** Etcd's revision of an acknowledged write. */
  readonly revision?: number;
  /** Why it failed. */
  readonly why?: string;
}

const end = ({ at, ms }: Write): number => at + ms;

/**
 * Longest time in ms in which no client had a write acknowledged, from the first acknowledgement to the end of the last try.
 * 0 without any acknowledgement: then nothing was measured.
 */
export function longestOutage(writes: readonly Write[]): number {
  const acknowledged = writes.filter(({ ok }) => ok).map(end);
  if (acknowledged.length === 0) return 0;
  const times = [...acknowledged, Math.max(...writes.map(end))].sort((one, other) => one - other);
  return Math.max(0, ...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}

export const failedWrites = (writes: readonly Write[]): Write[] => writes.filter(({ ok }) => !ok);

/** Time in ms from `since` to the end of the last write that failed; 0 if none did. */
export function failedUntil(writes: readonly Write[], since: number): number {
  return Math.max(0, ...failedWrites(writes).map((write) => end(write) - since));
}

/** How often each reason for a failure was met, most frequent first. */
export function failureReasons(writes: readonly Write[]): string[] {
  const counts = new Map<string, number>();
  for (const { why = "" } of failedWrites(writes)) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([why, count]) => `${count}× ${why}`);
}

/** A point in time that the cluster was taken back to. */
export interface RestorePoint {
  /** Etcd's revision of the backup. */
  readonly revision: number;
  /** Lowest revision of what was written afterwards. */
  readonly resumedAt: number;
}

/** Acknowledged writes that a restore takes away, as its announcement says. */
export function announcedLoss(writes: readonly Write[], { revision: last, resumedAt }: RestorePoint): Write[] {
  return writes.filter(({ ok, revision }) => ok && revision !== undefined && revision > last && revision < resumedAt);
}

/** What became of acknowledged writes. */
export interface LostWrites {
  readonly lost: readonly string[];
  /** Lost, though nothing said so beforehand. */
  readonly unannounced: readonly string[];
  /** There, though they were said to be gone. */
  readonly unexpectedlyPresent: readonly string[];
}

/** Compares the acknowledged writes with the names that the cluster has. */
export function compareWithStored(
  writes: readonly Write[],
  there: ReadonlySet<string>,
  restored?: RestorePoint,
): LostWrites {
  const lost = writes.filter(({ ok, name }) => ok && !there.has(name)).map(({ name }) => name);
  const announced = new Set(restored === undefined ? [] : announcedLoss(writes, restored).map(({ name }) => name));
  return {
    lost,
    unannounced: lost.filter((name) => !announced.has(name)),
    unexpectedlyPresent: [...announced].filter((name) => there.has(name)),
  };
}
