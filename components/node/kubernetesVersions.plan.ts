/** Table of supported Kubernetes versions, with the versions of etcd, containerd and all else that depends on the version. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SemVer, compare, valid } from "semver";
import { checksums } from "./checksums.plan";

/** Versions of every component of a machine, and of the add-ons that follow Kubernetes, without `v`. */
export interface ComponentVersions {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
  readonly containerd: string;
  readonly runc: string;
  readonly cniPlugins: string;
  readonly cloudController: string;
  readonly clusterAutoscaler: string;
  readonly ecrCredentialProvider: string;
}

/** Versions of one Kubernetes minor. */
export type MinorVersions = Omit<ComponentVersions, "kubernetes">;

/** File with the table; `npx holdfast versions --update` writes it. */
export const versionsFile = join(__dirname, "versions.json");

/**
 * Versions by Kubernetes minor, oldest first: the three newest minors. CoreDNS and pause are those of kubeadm
 * (cmd/kubeadm/app/constants), etcd to the CNI plugins releases with known checksums. The cloud controller has the minor of
 * Kubernetes (cloud-provider-aws, "Compatibility"), and so has the Cluster Autoscaler, which simulates the scheduler of one
 * minor; for 1.37 it is that of 1.36 until the autoscaler's own is out.
 *
 * The ECR credential provider is the newest that its publisher serves, for all minors: its interface to kubelet,
 * credentialprovider.kubelet.k8s.io/v1, is that of all of them, and of the releases 1.32 to 1.36 the files are missing
 * (kubernetes/cloud-provider-aws#1324, #1481).
 *
 * etcd is 3.6 for all three, so that an upgrade to 1.37 can be taken back without a downgrade of the data. kubeadm accepts
 * external etcd from 3.5.24 (MinExternalEtcdVersion). kubeadm's own etcd for 1.37 is 3.7.0, which members older than 3.6.11
 * may not upgrade to (https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/): 1.37 has a later one, for the upgrade after it.
 */
export const versionsByMinor = JSON.parse(readFileSync(versionsFile, "utf8")) as Readonly<
  Record<string, MinorVersions>
>;

/**
 * Version of clusters that set none. Fixed: with the newest version in its place, an update of the table would upgrade these
 * clusters unasked.
 */
export const defaultKubernetesVersion = "1.36.4";

/** `1.36` of `1.36.4`. */
export const minorOf = (version: string): string => version.split(".").slice(0, 2).join(".");

/** Number of minor versions from one version to another; negative for a downgrade. */
export const minorSteps = (from: string, to: string): number => new SemVer(to).minor - new SemVer(from).minor;

/** `1.35` of `1.36.4`. */
export function previousMinor(version: string): string {
  const { major, minor } = new SemVer(version);
  return `${major}.${minor - 1}`;
}

/** Kubernetes versions that `cluster.kubernetesVersion` accepts, oldest first: those with known checksums. */
export const supportedKubernetesVersions: readonly string[] = [
  ...new Set([...checksums.keys()].flatMap((path) => /^kubernetes\/v([^/]+)\//.exec(path)?.[1] ?? [])),
]
  .filter((version) => minorOf(version) in versionsByMinor)
  .sort(compare);

/** Newest supported version of a minor; undefined without one. */
export const newestOfMinor = (minor: string): string | undefined =>
  supportedKubernetesVersions.filter((version) => minorOf(version) === minor).at(-1);

/** Component versions of a Kubernetes version; undefined for an unknown minor version. */
export function findComponentVersions(kubernetesVersion: string): ComponentVersions | undefined {
  const rest = versionsByMinor[minorOf(kubernetesVersion)];
  if (rest === undefined || valid(kubernetesVersion) !== kubernetesVersion) return undefined;
  return { kubernetes: kubernetesVersion, ...rest };
}

/** @throws RangeError for an unknown minor version. */
export function componentVersions(kubernetesVersion: string): ComponentVersions {
  const versions = findComponentVersions(kubernetesVersion);
  if (versions !== undefined) return versions;
  throw new RangeError(`Kubernetes ${kubernetesVersion} is not one of ${supportedKubernetesVersions.join(", ")}`);
}
