/** What is asked about a cluster before it is judged. Plain data: the judging half needs nobody to answer. */

import type { Backup } from "../etcd/backups";
import type { MemberMetrics } from "../etcd/status";
import type { FetchResult } from "./result";

export interface NodeFact {
  /** Name of the node: the id of its machine. */
  readonly name: string;
  readonly ready: boolean;
  /** Why it is not ready, in the node's own words. */
  readonly reason: string;
  readonly version: string;
  readonly controlPlane: boolean;
  /** Whether pods are kept off it. */
  readonly cordoned: boolean;
  /** When its kubelet last gave a sign of life. */
  readonly seen: Date | undefined;
}

export interface PodFact {
  readonly name: string;
  readonly node: string;
  /** Label `component` of static pods, else `k8s-app`, else empty. */
  readonly component: string;
  readonly ready: boolean;
  /** A pod whose work is done. */
  readonly succeeded: boolean;
  readonly priority: string;
  /** Why it is not ready. */
  readonly reason: string;
  readonly created: Date;
}

/** A Deployment or DaemonSet of the system. */
export interface WorkloadFact {
  readonly name: string;
  readonly kind: "Deployment" | "DaemonSet";
  readonly wanted: number;
  readonly ready: number;
}

export interface GroupFact {
  readonly name: string;
  /** control-plane, etcd or worker. */
  readonly role: string;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  /** Id and lifecycle state of each machine. */
  readonly machines: readonly { readonly id: string; readonly state: string; readonly healthy: boolean }[];
}

export interface CertificateFact {
  readonly name: string;
  readonly kind: "authority" | "leaf" | "administrator";
  readonly from: Date;
  readonly until: Date;
}

export interface LookupFact {
  readonly name: string;
  /** Who was asked. */
  readonly server: string;
  readonly addresses: readonly string[];
  /** What it must be, where that is known. */
  readonly wanted?: string;
}

export interface Facts {
  readonly now: Date;
  /** Each check of `/readyz`, by name. */
  readonly readiness: FetchResult<readonly { readonly name: string; readonly ok: boolean }[]>;
  readonly nodes: FetchResult<readonly NodeFact[]>;
  readonly pods: FetchResult<readonly PodFact[]>;
  readonly workloads: FetchResult<readonly WorkloadFact[]>;
  readonly groups: FetchResult<readonly GroupFact[]>;
  /** Figures of each member of etcd, and which of them are alarmed. */
  readonly members: FetchResult<ReadonlyMap<string, MemberMetrics>>;
  readonly alarms: FetchResult<readonly { readonly name: string; readonly description: string }[]>;
  readonly certificates: readonly FetchResult<readonly CertificateFact[]>[];
  readonly lookups: readonly FetchResult<LookupFact>[];
  readonly backups: FetchResult<{ readonly newest: Backup | undefined; readonly founded: Date }>;
}
