/** Drill: a fault, and limits for its impact on the cluster. */
import type { LoadedPool } from "./load/loadedPool";
import type { RehearsedCluster } from "./rehearsedCluster";
import type { RestorePoint } from "./writes";

/** Limits of the impact of a fault. */
export interface DrillLimits {
  /** Longest time in ms without an acknowledged write of any client. */
  readonly outageMs: number;
  /** Time in ms from the start of the fault to the end of the last failed write; default: unlimited. */
  readonly failuresMs?: number;
  /** Addition to `failuresMs` with external etcd; default 0. */
  readonly externalEtcdFailuresMs?: number;
  /** Number of failed writes; default: unlimited. */
  readonly failedWrites?: number;
  /** Number of failed requests of a drill under load; default 0. */
  readonly failedRequests?: number;
  /** Time in ms from the end of the fault until the cluster is at full strength: fullStrength.ts. */
  readonly fullStrengthMs: number;
  /** Acknowledged writes that may be lost: none, or exactly those after the restored backup. */
  readonly lost: "none" | "after the backup";
}

/** Cluster of a drill, and callbacks for its measurements. */
export interface DrillContext {
  readonly cluster: RehearsedCluster;
  /** Marks the start of the fault. Default: the start of `inject`. */
  readonly faultBegins: () => void;
  /** Marks the end of the fault, from which recovery is measured. Default: the end of `inject`. */
  readonly faultEnds: () => void;
  /** Announces a restore before it starts. */
  readonly announceRestore: (to: RestorePoint, backup: string) => void;
  /** Adds a cleanup, which runs after the measurements, even after a failure; the last one added runs first. */
  readonly addCleanup: (cleanup: () => Promise<void>) => void;
  /** Prints a line. */
  readonly log: (text: string) => void;
}

/** Context of a drill under request load. */
export interface LoadedDrillContext extends DrillContext {
  /** Pool with the Services under load; its leaving machines are drained. */
  readonly pool: LoadedPool;
}

export type Check = () => Promise<void>;

/** What a soak has to know of a fault, to plan with it. */
export interface SoakCosts {
  /** Number of etcd members that the fault makes unavailable at the same time. */
  readonly members: number;
  /** Usual time in s from the start of the fault to the end of its checks at full strength: the measured one, rounded up. */
  readonly seconds: number;
}

interface DrillOf<Context> {
  readonly name: string;
  /** Fault, for the list of drills and docs/drills.md. */
  readonly description: string;
  readonly limits: DrillLimits;
  /** Number of etcd members that it needs. Default 3. */
  readonly members?: number;
  /** Topology of etcd that it needs; `all` leaves it out of stacks with another one. Default: any. */
  readonly topology?: "stacked";
  /** Present for a fault that a cluster can have again and again, without request load; soaks choose from these. */
  readonly soak?: SoakCosts;
  /** Kubernetes version of the machines at the start. Default: the stack's. */
  readonly from?: string;
  /** Kubernetes versions, besides that of the start, that machines get in the drill. Default: none. */
  upgrades?(from: string): readonly string[];
  /** Injects the fault. The returned check runs at full strength. Both reject if the cluster misbehaves. */
  inject(context: Context): Promise<Check> | Promise<void>;
}

/** Drill with clients of the API only. */
export interface PlainDrill extends DrillOf<DrillContext> {
  readonly load?: undefined;
}

/** Drill with clients of the API, and with clients that send requests to three Services on a pool of three workers. */
export interface LoadedDrill extends DrillOf<LoadedDrillContext> {
  readonly load: true;
}

export type Drill = PlainDrill | LoadedDrill;

const second = 1000;

/**
 * A network load balancer removes a dead target after two health checks, which are 5 s apart (the minimum) and time out after
 * 2 s. Clients wait 3 s for an answer; those that reach a live member continue after an election.
 */
export const healthCheckWindow = { outageMs: 10 * second, failuresMs: 15 * second } as const;

/**
 * Limits for a member that stops answering. API servers with external etcd connect to all members, with separate connections
 * per resource. They drop such a connection ten seconds after the first unacknowledged packet (`keepaliveTimeout` of the API
 * server's etcd client, which gRPC uses as TCP_USER_TIMEOUT), and a client may use it as late as the end of the window.
 */
export const unresponsiveMember = { ...healthCheckWindow, externalEtcdFailuresMs: 10 * second } as const;
