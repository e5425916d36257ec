/** Table of supported Kubernetes versions, with the versions of etcd, containerd and the other components of each. */

import { valid } from "semver";
import { checksums } from "./checksums.plan";

/** Versions of every component of a machine, without `v`. */
export interface ComponentVersions {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
  readonly containerd: string;
  readonly runc: string;
  readonly cniPlugins: string;
}

/**
 * By Kubernetes minor version. etcd, CoreDNS and pause are those of kubeadm (cmd/kubeadm/app/constants), except etcd 3.6.8
 * for 1.35's 3.6.6: kubeadm accepts later patches. The others are the newest releases with known checksums.
 */
const byMinor: Readonly<Record<string, Omit<ComponentVersions, "kubernetes">>> = {
  "1.35": {
    etcd: "3.6.8",
    coredns: "1.13.1",
    pause: "3.10.1",
    containerd: "2.3.4",
    runc: "1.4.3",
    cniPlugins: "1.9.1",
  },
  "1.36": {
    etcd: "3.6.8",
    coredns: "1.14.2",
    pause: "3.10.2",
    containerd: "2.3.4",
    runc: "1.4.3",
    cniPlugins: "1.9.1",
  },
};

/** Kubernetes versions that `cluster.kubernetesVersion` accepts, oldest first: those with known checksums. */
export const supportedKubernetesVersions: readonly string[] = [
  ...new Set([...checksums.keys()].flatMap((path) => /^kubernetes\/v([^/]+)\//.exec(path)?.[1] ?? [])),
];

/** Component versions of a Kubernetes version; undefined for an unknown minor version. */
export function findComponentVersions(kubernetesVersion: string): ComponentVersions | undefined {
  const rest = byMinor[kubernetesVersion.split(".").slice(0, 2).join(".")];
  if (rest === undefined || valid(kubernetesVersion) !== kubernetesVersion) return undefined;
  return { kubernetes: kubernetesVersion, ...rest };
}

/** @throws RangeError for an unknown minor version. */
export function componentVersions(kubernetesVersion: string): ComponentVersions {
  const versions = findComponentVersions(kubernetesVersion);
  if (versions !== undefined) return versions;
  throw new RangeError(`Kubernetes ${kubernetesVersion} is not one of ${supportedKubernetesVersions.join(", ")}`);
}
