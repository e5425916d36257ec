/** What a drill is: a fault, and what the cluster promises to make of it. */
import type { RehearsedCluster } from "./rehearsedCluster";
import type { RestorePoint } from "./writes";

/** Bounds of what a fault may cost. */
export interface DrillLimits {
  /** Longest time in ms in which no client has a write acknowledged. */
  readonly outageMs: number;
  /** Time in ms after the fault's beginning when the last write may fail; default unbounded. */
  readonly failuresMs?: number;
  /** How much later in ms the last write may fail where etcd has machines of its own; default 0. */
  readonly externalEtcdFailuresMs?: number;
  /** Writes that may fail at all; default any number. */
  readonly failedWrites?: number;
  /** Time in ms from the fault's end until every member votes and is healthy and every node is Ready. */
  readonly fullStrengthMs: number;
  /** Acknowledged writes that may be lost: none, or exactly those after the backup that is restored. */
  readonly lost: "none" | "after the backup";
}

/** What a drill acts on, and how it tells what it did. */
export interface DrillContext {
  readonly cluster: RehearsedCluster;
  /** The fault begins now. Without it, it began with `inject`. */
  readonly begins: () => void;
  /** The fault has ended now: what follows is recovery. Without it, it ends with `inject`. */
  readonly ends: () => void;
  /** Announces that the cluster goes back to a backup, before it does. */
  readonly restores: (to: RestorePoint, what: string) => void;
  /** Undoes what the drill prepared, when all is measured and whatever became of it; the last one given is the first. */
  readonly afterwards: (tidy: () => Promise<void>) => void;
  /** A line for people. */
  readonly log: (text: string) => void;
}

export type Check = () => Promise<void>;

export interface Drill {
  readonly name: string;
  /** The fault, for people. */
  readonly what: string;
  readonly limits: DrillLimits;
  /** Members that it takes. Default 3. */
  readonly members?: number;
  /**
   * Does the damage; what it returns looks at the cluster once that is whole again. Both reject where the cluster does not
   * behave as it should, besides what writers notice.
   */
  inject(scene: DrillContext): Promise<Check> | Promise<void>;
}

const second = 1000;

/**
 * A network load balancer finds a dead target after two checks that are 5 s apart (the fastest it has) and time out after
 * 2 s; clients here wait 3 s for an answer. Whoever is sent to a living member meanwhile goes on after an election.
 */
export const healthCheckWindow = { outageMs: 10 * second, failuresMs: 15 * second } as const;

/**
 * The health window of a member whose machine says nothing any more. API servers beside external etcd speak to all members, in
 * turn, and by connections of each resource's own. One to such a member is given up ten seconds after something was first sent
 * by it (keepaliveTimeout of the API server's etcd client, which gRPC makes the TCP_USER_TIMEOUT); a client may come to it as
 * late as the health window's end.
 */
export const unresponsiveMember = { ...healthCheckWindow, externalEtcdFailuresMs: 10 * second } as const;
