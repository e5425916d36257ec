/** How long an upgrade took, compared with what its machines need for themselves. */
import { formatSeconds } from "../durations";

/** Moments of a machine in ms since the epoch. */
export interface MachineTimes {
  readonly role: string;
  /** First observation; the start of the upgrade for machines that were there before. */
  readonly seen: number;
  ready?: number;
  terminating?: number;
  gone?: number;
}

/** Whose replacement the others wait for: that of members in an upgrade, that of workers on the way back. Undefined: nobody waits. */
export type FirstReplaced = "members" | "workers" | undefined;

export interface Upgrade {
  /** Moment in ms since the epoch when the settings changed. */
  readonly began: number;
  readonly first: FirstReplaced;
}

/**
 * Replacements of members and of workers, one line each: their duration, and its ratio to the sum of drains of old machines and
 * boots and joins of new ones. A ratio above 1 is time in which no machine was drained, booted or joined. Members include
 * machines of external etcd, because all of them are replaced one after another.
 */
export function replacementTimes(machines: readonly MachineTimes[], { began, first }: Upgrade): string[] {
  const members = machines.filter(({ role }) => role !== "worker");
  const workers = machines.filter(({ role }) => role === "worker");
  const lastMember = lastReady(members.filter(({ seen }) => seen > began));
  const groups = [
    { what: "member", from: first === "workers" ? lastChange(workers, began) : began, of: members },
    { what: "worker", from: first === "members" ? (lastMember ?? began) : began, of: workers },
  ];
  return groups.flatMap(({ what, from, of }) => {
    const added = of.filter(({ seen, ready }) => seen > began && ready !== undefined);
    const until = lastChange(of, began);
    if (added.length === 0) return [];
    const boots = added.map(({ seen, ready = seen }) => ready - Math.max(seen, from));
    const drains = of.flatMap(({ terminating, gone }) =>
      terminating !== undefined && gone !== undefined ? [gone - terminating] : [],
    );
    const sum = [...boots, ...drains].reduce((total, one) => total + one, 0);
    const each = formatSeconds((until - from) / added.length);
    return `${added.length} ${what}${added.length === 1 ? "" : "s"} replaced in ${formatSeconds(until - from)}, ${each} each: ${((until - from) / sum).toFixed(2)} times drain, boot and join (${formatSeconds(sum)})`;
  });
}

/** End of the last replacement: the last machine is ready, or gone. */
function lastChange(machines: readonly MachineTimes[], began: number): number {
  const added = machines.filter(({ seen }) => seen > began);
  return Math.max(began, lastReady(added) ?? 0, ...machines.map(({ gone }) => gone ?? 0));
}

function lastReady(machines: readonly MachineTimes[]): number | undefined {
  const moments = machines.flatMap(({ ready }) => ready ?? []);
  return moments.length === 0 ? undefined : Math.max(...moments);
}
