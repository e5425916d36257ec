/** Facts about a cluster, as plain data: the checks need neither AWS nor the Kubernetes API. */
import type { Backup } from "../etcd/backups";
import type { MemberMetrics } from "../etcd/status";
import type { ImageStatus } from "../images/imageStatus";
import type { FetchResult } from "./result";

export interface NodeFact {
  /** Name of the node: the id of its instance. */
  readonly name: string;
  readonly ready: boolean;
  /** Message of the node's Ready condition. */
  readonly reason: string;
  readonly version: string;
  readonly controlPlane: boolean;
  /** Worker pool. */
  readonly pool?: string | undefined;
  readonly cordoned: boolean;
  /** Last renewal of the node's lease by its kubelet. */
  readonly lastHeartbeat: Date | undefined;
}

export interface PodFact {
  readonly name: string;
  readonly node: string;
  /** Label `component` of static pods, else `k8s-app`, else empty. */
  readonly component: string;
  readonly ready: boolean;
  /** The pod ran to completion. */
  readonly succeeded: boolean;
  readonly priority: string;
  /** Reason why it is not ready. */
  readonly reason: string;
  readonly created: Date;
}

/** Deployment or DaemonSet in kube-system. */
export interface WorkloadFact {
  readonly name: string;
  readonly kind: "Deployment" | "DaemonSet";
  readonly wanted: number;
  readonly ready: number;
}

/** Auto Scaling group. */
export interface GroupFact {
  readonly name: string;
  /** control-plane, etcd or worker. */
  readonly role: string;
  readonly desired: number;
  /** Instances with their lifecycle states. */
  readonly instances: readonly { readonly id: string; readonly state: string; readonly healthy: boolean }[];
}

export interface CertificateFact {
  readonly name: string;
  readonly kind: "authority" | "leaf" | "administrator";
  readonly from: Date;
  readonly until: Date;
}

export interface LookupFact {
  readonly name: string;
  /** DNS server. */
  readonly server: string;
  readonly addresses: readonly string[];
  /** Expected address, if known. */
  readonly wanted?: string | undefined;
}

export interface Facts {
  readonly now: Date;
  /** Checks of `/readyz`. */
  readonly readiness: FetchResult<readonly { readonly name: string; readonly ok: boolean }[]>;
  readonly nodes: FetchResult<readonly NodeFact[]>;
  readonly pods: FetchResult<readonly PodFact[]>;
  readonly workloads: FetchResult<readonly WorkloadFact[]>;
  readonly groups: FetchResult<readonly GroupFact[]>;
  /** Machine image of each group of machines. */
  readonly images: FetchResult<readonly ImageStatus[]>;
  /** Metrics of each etcd member. */
  readonly members: FetchResult<ReadonlyMap<string, MemberMetrics>>;
  /** Alarms in state ALARM. */
  readonly alarms: FetchResult<readonly { readonly name: string; readonly description: string }[]>;
  readonly certificates: readonly FetchResult<readonly CertificateFact[]>[];
  readonly lookups: readonly FetchResult<LookupFact>[];
  readonly backups: FetchResult<{ readonly newest: Backup | undefined; readonly clusterCreated: Date }>;
}
