/** Kubernetes versions of a cluster's machines: members have the cluster's, and each worker pool may stay at an older one. */

import type { ClusterSpec } from "../clusterSpec";

type Versioned = Pick<ClusterSpec, "kubernetesVersion" | "workers">;

/** Versions of the worker pools, without duplicates. */
export const workerVersions = ({ workers }: Pick<ClusterSpec, "workers">): readonly string[] =>
  [...new Set(Object.values(workers).map((pool) => pool.kubernetesVersion))].sort();

/** Versions of all machines: that of the members, then those of worker pools. */
export const machineVersions = (spec: Versioned): readonly [string, ...string[]] => [
  spec.kubernetesVersion,
  ...workerVersions(spec).filter((version) => version !== spec.kubernetesVersion),
];
