/** Analysis of the clients' writes during a fault. Pure. */

/** One write of one client. */
export interface Write {
  readonly name: string;
  /** The write was acknowledged. */
  readonly ok: boolean;
  /** Start in ms since the epoch. */
  readonly at: number;
  /** Duration in ms. */
  readonly ms: number;
  /** etcd revision of an acknowledged write. */
  readonly revision?: number | undefined;
  /** Reason of a failure. */
  readonly why?: string;
}

/** End of a write in ms since the epoch. */
export const endOf = ({ at, ms }: Write): number => at + ms;

/**
 * Longest time in ms without an acknowledgment of any client, from the first acknowledgment to the end of the last write.
 * 0 without any acknowledgment: then nothing was measured.
 */
export function longestOutage(writes: readonly Write[]): number {
  const acknowledged = writes.filter(({ ok }) => ok).map(endOf);
  if (acknowledged.length === 0) return 0;
  const times = [...acknowledged, Math.max(...writes.map(endOf))].sort((one, other) => one - other);
  return Math.max(0, ...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}

export const failedWrites = (writes: readonly Write[]): Write[] => writes.filter(({ ok }) => !ok);

/** Time in ms from `since` to the end of the last failed write; 0 without failures. */
export function failedUntil(writes: readonly Write[], since: number): number {
  return Math.max(0, ...failedWrites(writes).map((write) => endOf(write) - since));
}

/** Reasons of failures with their counts, most frequent first. */
export function failureReasons(writes: readonly Write[]): string[] {
  const counts = new Map<string, number>();
  for (const { why = "" } of failedWrites(writes)) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([why, count]) => `${count}× ${why}`);
}

/** Point in time that a restore returns the cluster to. */
export interface RestorePoint {
  /** etcd revision of the backup. */
  readonly revision: number;
  /** Lowest revision of writes after the restore. */
  readonly resumedAt: number;
}

/** Acknowledged writes that a restore discards. */
export function announcedLoss(writes: readonly Write[], { revision: last, resumedAt }: RestorePoint): Write[] {
  return writes.filter(({ ok, revision }) => ok && revision !== undefined && revision > last && revision < resumedAt);
}

/** Names of acknowledged writes with an unexpected outcome. */
export interface LostWrites {
  readonly lost: readonly string[];
  /** Lost without an announcement. */
  readonly unannounced: readonly string[];
  /** Announced as lost, but stored. */
  readonly unexpectedlyPresent: readonly string[];
}

/** Compares the acknowledged writes with the names that the cluster stores. */
export function compareWithStored(
  writes: readonly Write[],
  stored: ReadonlySet<string>,
  restored?: RestorePoint,
): LostWrites {
  const lost = writes.filter(({ ok, name }) => ok && !stored.has(name)).map(({ name }) => name);
  const announced = new Set(restored === undefined ? [] : announcedLoss(writes, restored).map(({ name }) => name));
  return {
    lost,
    unannounced: lost.filter((name) => !announced.has(name)),
    unexpectedlyPresent: [...announced].filter((name) => stored.has(name)),
  };
}
