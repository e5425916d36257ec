import { compare } from "semver";
import type { ClusterSpec } from "../clusterSpec";
import { findComponentVersions, supportedKubernetesVersions } from "../node/kubernetesVersions.plan";
import type { Finding, SettingPath } from "../settings/problems";
import { finding } from "../settings/problems";
import type { WorkerPoolSpec } from "./settings";

/**
 * Kubernetes version of a pool. Kubelets may be three minor versions older than API servers, and never newer
 * (https://kubernetes.io/releases/version-skew-policy/). The supported versions are of three minors: none of them is too old.
 */
export function* checkVersion(
  { kubernetesVersion: newest }: ClusterSpec,
  pool: SettingPath,
  { kubernetesVersion }: WorkerPoolSpec,
): Iterable<Finding> {
  const path: SettingPath = [...pool, "kubernetesVersion"];
  // Another check reports an unsupported version of the cluster.
  if (kubernetesVersion === newest || findComponentVersions(newest) === undefined) return;
  if (findComponentVersions(kubernetesVersion) === undefined) {
    const possible = supportedKubernetesVersions.filter((version) => compare(version, newest) <= 0);
    yield finding(path, `unsupported version; choose from ${possible.join(", ")}`, [["kubernetesVersion"]]);
  } else if (compare(kubernetesVersion, newest) > 0) {
    const message = `newer than the cluster, and no kubelet may be newer than the API server; write ${newest} or an older version, or remove the setting`;
    yield finding(path, message, [["kubernetesVersion"]]);
  }
}
