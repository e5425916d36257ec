/** Analysis of the clients' writes and requests during a fault. Pure. */

/** One call of one client: a write to the API, or a request to a Service under load. */
export interface Attempt {
  /** The call was answered: a write was acknowledged. */
  readonly ok: boolean;
  /** Start in ms since the epoch. */
  readonly at: number;
  /** Duration in ms. */
  readonly ms: number;
  /** Reason of a failure. */
  readonly why?: string;
}

/** One write of one client. */
export interface Write extends Attempt {
  /** Name of a ConfigMap that is created once and never changed: it can be found at the end. Absent for other writes. */
  readonly name?: string;
  /** etcd revision of an acknowledged write. */
  readonly revision?: number | undefined;
}

/** End of a call in ms since the epoch. */
export const endOf = ({ at, ms }: Attempt): number => at + ms;

/**
 * Longest time in ms without an answer to any client, from the first answer to the end of the last call. 0 without any answer:
 * then nothing was measured.
 */
export function longestOutage(attempts: readonly Attempt[]): number {
  const answered = attempts.filter(({ ok }) => ok).map(endOf);
  if (answered.length === 0) return 0;
  const times = [...answered, largest(attempts.map(endOf))].sort((one, other) => one - other);
  return largest(times.slice(1).map((time, index) => time - (times[index] ?? time)));
}

/** Largest number; at least 0. Not `Math.max(...)`: drills under load have more requests than a call has room for arguments. */
const largest = (numbers: readonly number[]): number => numbers.reduce((most, number) => Math.max(most, number), 0);

export const failedAttempts = <T extends Attempt>(attempts: readonly T[]): T[] => attempts.filter(({ ok }) => !ok);

/** Time in ms from `since` to the end of the last failed call; 0 without failures. */
export function failedUntil(attempts: readonly Attempt[], since: number): number {
  return largest(failedAttempts(attempts).map((attempt) => endOf(attempt) - since));
}

/** Reasons of failures with their counts, most frequent first. */
export function failureReasons(attempts: readonly Attempt[]): string[] {
  const counts = new Map<string, number>();
  for (const { why = "" } of failedAttempts(attempts)) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([why, count]) => `${count}× ${why}`);
}

/** Point in time that a restore returns the cluster to. */
export interface RestorePoint {
  /** etcd revision of the backup. */
  readonly revision: number;
  /** Lowest revision of writes after the restore. */
  readonly resumedAt: number;
}

/** Acknowledged write that can be found at the end. */
type NamedWrite = Write & { readonly name: string };

const acknowledged = (writes: readonly Write[]): NamedWrite[] =>
  writes.filter((write): write is NamedWrite => write.ok && write.name !== undefined);

/** Acknowledged writes that a restore discards. */
export function announcedLoss(writes: readonly Write[], { revision: last, resumedAt }: RestorePoint): NamedWrite[] {
  return acknowledged(writes).filter(
    ({ revision }) => revision !== undefined && revision > last && revision < resumedAt,
  );
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
  const lost = acknowledged(writes)
    .filter(({ name }) => !stored.has(name))
    .map(({ name }) => name);
  const announced = new Set(restored === undefined ? [] : announcedLoss(writes, restored).map(({ name }) => name));
  return {
    lost,
    unannounced: lost.filter((name) => !announced.has(name)),
    unexpectedlyPresent: [...announced].filter((name) => stored.has(name)),
  };
}
