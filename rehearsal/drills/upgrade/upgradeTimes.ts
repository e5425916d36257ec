/** How long an upgrade took, compared with what its machines need for themselves. */
import { formatSeconds } from "../durations";

/** Moments of a machine in ms since the epoch. */
export interface MachineTimes {
  readonly role: string;
  readonly seen: number;
  ready?: number;
  terminating?: number;
  gone?: number;
}

export interface Upgrade {
  /** Moment in ms since the epoch when the settings changed. */
  readonly began: number;
  /** New workers join only after the last member. */
  readonly workersWait: boolean;
}

/**
 * Replacements of members and of workers, one line each: their duration, and its ratio to the sum of drains of old machines and
 * boots and joins of new ones. A ratio above 1 is time in which no machine was drained, booted or joined. Members include
 * machines of external etcd, because all of them are replaced one after another.
 */
export function replacementTimes(machines: readonly MachineTimes[], { began, workersWait }: Upgrade): string[] {
  const lastMember = lastReady(machines.filter(({ role, seen }) => role !== "worker" && isNew(seen, began)));
  const groups = [
    { what: "member", from: began, of: machines.filter(({ role }) => role !== "worker") },
    {
      what: "worker",
      from: workersWait ? (lastMember ?? began) : began,
      of: machines.filter(({ role }) => role === "worker"),
    },
  ];
  return groups.flatMap(({ what, from, of }) => {
    const added = of.filter(({ seen, ready }) => isNew(seen, began) && ready !== undefined);
    const until = Math.max(lastReady(added) ?? 0, ...of.map(({ gone }) => gone ?? 0));
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

/** Machines seen in the first seconds were there before. */
export const isNew = (seen: number, began: number): boolean => seen > began + 2_000;

function lastReady(machines: readonly MachineTimes[]): number | undefined {
  const moments = machines.flatMap(({ ready }) => ready ?? []);
  return moments.length === 0 ? undefined : Math.max(...moments);
}
