/**
 * What a control plane is told for clusters of three sizes. Every number that is not Kubernetes' own default has its source:
 *
 * - (GCE) `cluster/gce/gci/configure-kubeapiserver.sh` of Kubernetes 1.36: with what Kubernetes' own scalability tests ran.
 * - (kOps) `tests/e2e/scenarios/scalability/run-test.sh` of kOps: the same tests on AWS, up to 5000 nodes.
 * - (etcd) "Hardware recommendations" of etcd's documentation.
 * - (DNS) `cluster/addons/dns-horizontal-autoscaler` of Kubernetes 1.36.
 */

import type { Scale } from "./settings";
import { maxQuotaBytes } from "../etcd/quota.plan";

/** Flags of a component by name, without dashes. */
export type Flags = Readonly<Record<string, string>>;

export interface ScaleProfile {
  /** Most nodes, control plane included. */
  readonly mostNodes: number;
  readonly apiServer: Flags;
  readonly controllerManager: Flags;
  readonly scheduler: Flags;
  /** What etcd has to have at least. */
  readonly etcd: {
    /** Size of the database, in bytes, from which on etcd takes no more writes. */
    readonly quotaBytes: number;
    /** Provisioned operations of each data volume. */
    readonly iops: number;
    /** Throughput of each data volume, in MiB/s. */
    readonly throughputMiBps: number;
  };
  /** How many CoreDNS pods there are, and how much memory each may take. */
  readonly dns: {
    /** A pod for so many cores, or for so many nodes, whichever makes more. */
    readonly coresPerReplica: number;
    readonly nodesPerReplica: number;
    /** Fewest pods. */
    readonly min: number;
    /** Memory of each pod, in MiB. */
    readonly memoryMiB: number;
  };
}

/** Kubernetes' own defaults do (400 requests in flight, 200 that change something, 20 and 50 requests a second). */
const small: ScaleProfile = {
  // (GCE) Numbers are raised for more than 500 nodes.
  mostNodes: 500,
  apiServer: {},
  controllerManager: {},
  scheduler: {},
  // etcd's own quota, and what gp3 includes: (etcd) asks for 3600 to 6000 from 50 to 250 nodes that are all busy.
  etcd: { quotaBytes: 0, iops: 3000, throughputMiBps: 125 },
  // (DNS); memory is the limit in Kubernetes' own CoreDNS manifest.
  dns: { coresPerReplica: 256, nodesPerReplica: 16, min: 2, memoryMiB: 170 },
};

const medium: ScaleProfile = {
  ...small,
  // (GCE) Numbers are raised again for more than 3000 nodes.
  mostNodes: 3000,
  // (GCE) For 501 to 3000 nodes.
  apiServer: { "max-requests-inflight": "1500", "max-mutating-requests-inflight": "500" },
  // (kOps) Until 2024, when its tests went from hundreds of nodes to thousands.
  controllerManager: { "kube-api-qps": "100", "kube-api-burst": "100" },
  // (kOps)
  scheduler: { "kube-api-qps": "500", "kube-api-burst": "500" },
  // (etcd) For 1000 nodes: 8000 operations, 125 MB/s. Four GiB are twice etcd's own quota, halfway to the most.
  etcd: { quotaBytes: maxQuotaBytes / 2, iops: 8000, throughputMiBps: 125 },
};

const large: ScaleProfile = {
  // "Considerations for large clusters": Kubernetes is built for at most this many nodes.
  mostNodes: 5000,
  apiServer: {
    // (GCE) For more than 3000 nodes.
    "max-requests-inflight": "3000",
    "max-mutating-requests-inflight": "1000",
    // (kOps) A namespace of thousands of pods goes in seconds; old revisions go twice as often as by default.
    "delete-collection-workers": "16",
    "etcd-compaction-interval": "2m30s",
    // No published number: half of the default halves what events take of etcd, which has to hold them beside all else.
    "event-ttl": "30m",
  },
  controllerManager: {
    // (kOps)
    "kube-api-qps": "500",
    "kube-api-burst": "500",
    "endpoint-updates-batch-period": "500ms",
    "endpointslice-updates-batch-period": "500ms",
    // Kubernetes' default: a thousand finished pods are less than one for each node.
    "terminated-pod-gc-threshold": "12500",
  },
  scheduler: { "kube-api-qps": "500", "kube-api-burst": "500" },
  // (kOps) 8 GiB. (etcd) For 3000 nodes: 16000 operations, 250 MB/s.
  etcd: { quotaBytes: maxQuotaBytes, iops: 16000, throughputMiBps: 250 },
  // (kOps) Memory of CoreDNS from 5000 nodes on.
  dns: { ...small.dns, memoryMiB: 340 },
};

const profiles: Readonly<Record<Scale, ScaleProfile>> = { small, medium, large };

/** The sizes, from the smallest. */
export const scales: readonly Scale[] = ["small", "medium", "large"];

/** Settings of the control plane, of etcd and of the cluster's DNS for a cluster of that size. */
export function scaleProfile(scale: Scale): ScaleProfile {
  return profiles[scale];
}

/** The smallest size that takes so many nodes; undefined where none does. */
export function scaleFor(nodes: number): Scale | undefined {
  return scales.find((scale) => nodes <= profiles[scale].mostNodes);
}
