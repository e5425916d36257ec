/**
 * Settings of the control plane, etcd and DNS for three cluster sizes. Each number that is not Kubernetes' default has a source:
 *
 * - (GCE) `cluster/gce/gci/configure-kubeapiserver.sh` of Kubernetes 1.36, the values of Kubernetes' scalability tests.
 * - (kOps) `tests/e2e/scenarios/scalability/run-test.sh` of kOps: the same tests on AWS, up to 5000 nodes.
 * - (etcd) "Hardware recommendations" of etcd's documentation.
 * - (DNS) `cluster/addons/dns-horizontal-autoscaler` of Kubernetes 1.36.
 */

import { maxQuotaBytes } from "../etcd/quota.plan";

/** Scales in ascending order. */
export const scales = ["small", "medium", "large"] as const;
export type Scale = (typeof scales)[number];

/** Flags of a component by name, without dashes. */
export type Flags = Readonly<Record<string, string>>;

export interface ScaleProfile {
  /** Maximum number of nodes, control plane included. */
  readonly maxNodes: number;
  readonly apiServer: Flags;
  readonly controllerManager: Flags;
  readonly scheduler: Flags;
  /** Minimum requirements of etcd. */
  readonly etcd: {
    /** Quota of the database, in bytes. */
    readonly quotaBytes: number;
    /** Provisioned IOPS of each data volume. */
    readonly iops: number;
    /** Throughput of each data volume, in MiB/s. */
    readonly throughputMiBps: number;
  };
  /** Number and memory of the CoreDNS pods. */
  readonly dns: {
    /** The larger number of replicas applies: by cores, or by nodes. */
    readonly coresPerReplica: number;
    readonly nodesPerReplica: number;
    /** Minimum number of replicas. */
    readonly min: number;
    /** Memory limit of each pod, in MiB. */
    readonly memoryMiB: number;
  };
}

/** Kubernetes' defaults: 400 requests in flight, 200 of them mutating, and 20 and 50 client requests per second. */
const small: ScaleProfile = {
  // (GCE) has larger values for more than 500 nodes.
  maxNodes: 500,
  apiServer: {},
  controllerManager: {},
  scheduler: {},
  // etcd's default quota, and the included IOPS of gp3. (etcd) recommends 3600 to 6000 for 50 to 250 busy nodes.
  etcd: { quotaBytes: 0, iops: 3000, throughputMiBps: 125 },
  // (DNS); the memory limit is that of Kubernetes' CoreDNS manifest.
  dns: { coresPerReplica: 256, nodesPerReplica: 16, min: 2, memoryMiB: 170 },
};

const medium: ScaleProfile = {
  ...small,
  // (GCE) has larger values for more than 3000 nodes.
  maxNodes: 3000,
  // (GCE) For 501 to 3000 nodes.
  apiServer: { "max-requests-inflight": "1500", "max-mutating-requests-inflight": "500" },
  // (kOps) Until 2024, for hundreds of nodes.
  controllerManager: { "kube-api-qps": "100", "kube-api-burst": "100" },
  // (kOps)
  scheduler: { "kube-api-qps": "500", "kube-api-burst": "500" },
  // (etcd) For 1000 nodes: 8000 IOPS, 125 MB/s. 4 GiB is twice etcd's default quota, and half of the maximum.
  etcd: { quotaBytes: maxQuotaBytes / 2, iops: 8000, throughputMiBps: 125 },
};

const large: ScaleProfile = {
  // Kubernetes' maximum ("Considerations for large clusters").
  maxNodes: 5000,
  apiServer: {
    // (GCE) For more than 3000 nodes.
    "max-requests-inflight": "3000",
    "max-mutating-requests-inflight": "1000",
    // (kOps) Deletes a namespace of thousands of pods in seconds, and compacts revisions twice as often as by default.
    "delete-collection-workers": "16",
    "etcd-compaction-interval": "2m30s",
    // No published value: half of the default halves the size of events in etcd.
    "event-ttl": "30m",
  },
  controllerManager: {
    // (kOps)
    "kube-api-qps": "500",
    "kube-api-burst": "500",
    "endpoint-updates-batch-period": "500ms",
    "endpointslice-updates-batch-period": "500ms",
    // Kubernetes' default; Holdfast's default of 1000 is less than one pod per node.
    "terminated-pod-gc-threshold": "12500",
  },
  scheduler: { "kube-api-qps": "500", "kube-api-burst": "500" },
  // (kOps) 8 GiB. (etcd) For 3000 nodes: 16000 IOPS, 250 MB/s.
  etcd: { quotaBytes: maxQuotaBytes, iops: 16000, throughputMiBps: 250 },
  // (kOps) Memory limit of CoreDNS for 5000 nodes.
  dns: { ...small.dns, memoryMiB: 340 },
};

const profiles: Readonly<Record<Scale, ScaleProfile>> = { small, medium, large };

export function scaleProfile(scale: Scale): ScaleProfile {
  return profiles[scale];
}

/** Smallest scale for a number of nodes; undefined above the maximum. */
export function scaleFor(nodes: number): Scale | undefined {
  return scales.find((scale) => nodes <= profiles[scale].maxNodes);
}
