/** Release files that machines download: name, URL, checksum and destination of each. */

import type { ClusterSpec } from "../clusterSpec";
import type { Architecture } from "../settings/instanceTypes";
import { checksums } from "./checksums.plan";
import { type ComponentVersions, componentVersions, findComponentVersions } from "./kubernetesVersions.plan";
import type { MachineRole } from "../aws/tags.plan";

export type AssetName =
  "kubelet" | "kubeadm" | "kubectl" | "etcd" | "containerd" | "runc" | "cni-plugins" | "ecr-credential-provider";

/** One file of a release. */
export interface Asset {
  readonly name: AssetName;
  /** Path below the base URL of an asset mirror; also the key in `nodes.assets.sha256`. */
  readonly path: string;
  /** URL at the publisher. */
  readonly upstreamUrl: string;
  /** The publisher's checksum; undefined if unknown. */
  readonly sha256: string | undefined;
  /** Destination folder on the machine. */
  readonly directory: string;
  /** File name of a plain binary. */
  readonly binary?: string;
  /** Files to take from an archive; `"*"`: all. */
  readonly members?: readonly string[] | "*";
}

/** An asset as a machine downloads it. */
export interface NodeAsset extends Omit<Asset, "upstreamUrl" | "sha256"> {
  readonly url: string;
  readonly sha256: string;
}

const binaries = "/usr/local/bin";

function kubernetesBinary(name: "kubelet" | "kubeadm" | "kubectl", version: string, arch: Architecture) {
  const path = `v${version}/bin/linux/${arch}/${name}`;
  return {
    name,
    path: `kubernetes/${path}`,
    upstreamUrl: `https://dl.k8s.io/release/${path}`,
    directory: binaries,
    binary: name,
  };
}

/** Every asset of a set of versions for one architecture: the layout of an asset mirror. */
export function releaseAssets(versions: ComponentVersions, arch: Architecture): readonly Asset[] {
  const github = (project: string, version: string, file: string): string =>
    `https://github.com/${project}/releases/download/v${version}/${file}`;
  const { etcd, containerd, runc, cniPlugins, ecrCredentialProvider } = versions;
  const etcdFolder = `etcd-v${etcd}-linux-${arch}`;
  // Linked statically: containerd's other archive needs glibc 2.35, and Amazon Linux 2023 has 2.34.
  const containerdFile = `containerd-static-${containerd}-linux-${arch}.tar.gz`;
  const cniFile = `cni-plugins-linux-${arch}-v${cniPlugins}.tgz`;
  const credentialProvider = `v${ecrCredentialProvider}/linux/${arch}/ecr-credential-provider-linux-${arch}`;
  const assets: readonly Omit<Asset, "sha256">[] = [
    kubernetesBinary("kubelet", versions.kubernetes, arch),
    kubernetesBinary("kubeadm", versions.kubernetes, arch),
    kubernetesBinary("kubectl", versions.kubernetes, arch),
    {
      name: "etcd",
      path: `etcd/v${etcd}/${etcdFolder}.tar.gz`,
      upstreamUrl: github("etcd-io/etcd", etcd, `${etcdFolder}.tar.gz`),
      directory: binaries,
      members: ["etcd", "etcdctl", "etcdutl"].map((file) => `${etcdFolder}/${file}`),
    },
    {
      name: "containerd",
      path: `containerd/v${containerd}/${containerdFile}`,
      upstreamUrl: github("containerd/containerd", containerd, containerdFile),
      directory: binaries,
      members: ["containerd", "containerd-shim-runc-v2", "ctr"].map((file) => `bin/${file}`),
    },
    {
      name: "runc",
      path: `runc/v${runc}/runc.${arch}`,
      upstreamUrl: github("opencontainers/runc", runc, `runc.${arch}`),
      directory: binaries,
      binary: "runc",
    },
    {
      name: "cni-plugins",
      path: `cni-plugins/v${cniPlugins}/${cniFile}`,
      upstreamUrl: github("containernetworking/plugins", cniPlugins, cniFile),
      directory: "/opt/cni/bin",
      members: "*",
    },
    {
      name: "ecr-credential-provider",
      path: `cloud-provider-aws/${credentialProvider}`,
      upstreamUrl: `https://artifacts.k8s.io/binaries/cloud-provider-aws/${credentialProvider}`,
      directory: binaries,
      binary: "ecr-credential-provider",
    },
  ];
  return assets.map((asset) => ({ ...asset, sha256: checksums.get(asset.path) }));
}

/** One file of a release for Windows: a program, or an archive with one top-level folder. */
export type WindowsAsset = Omit<Asset, "name" | "sha256" | "members"> & { readonly name: string };

/** Assets of Windows workers: only amd64, as Kubernetes has no other builds for Windows. */
export function windowsReleaseAssets({ kubernetes, containerd }: ComponentVersions): readonly WindowsAsset[] {
  const program = (name: string): WindowsAsset => {
    const path = `v${kubernetes}/bin/windows/amd64/${name}.exe`;
    const upstreamUrl = `https://dl.k8s.io/release/${path}`;
    return { name, path: `kubernetes/${path}`, upstreamUrl, directory: "C:\\k", binary: `${name}.exe` };
  };
  const archive = `v${containerd}/containerd-${containerd}-windows-amd64.tar.gz`;
  return [
    {
      name: "containerd",
      path: `containerd/${archive}`,
      upstreamUrl: `https://github.com/containerd/containerd/releases/download/${archive}`,
      directory: "C:\\Program Files\\containerd",
    },
    program("kubeadm"),
    program("kubelet"),
    program("kube-log-runner"),
  ];
}

/** Assets by role. The control plane always has etcdctl, for the maintenance lock. */
const assetsOfRole: Readonly<Record<MachineRole, readonly AssetName[]>> = {
  "control-plane": [
    "kubeadm",
    "etcd",
    "kubelet",
    "containerd",
    "runc",
    "cni-plugins",
    "ecr-credential-provider",
    "kubectl",
  ],
  etcd: ["kubeadm", "etcd"],
  worker: ["kubelet", "kubeadm", "containerd", "runc", "cni-plugins", "ecr-credential-provider"],
};

/** Names of a role's assets, in the order in which steps need them; the same on every architecture. */
export const assetNames = (role: MachineRole): readonly AssetName[] => assetsOfRole[role];

/** Assets of both architectures. */
export const assetsOf = (versions: ComponentVersions): readonly Asset[] =>
  architectures.flatMap((arch) => releaseAssets(versions, arch));

/** URL in the mirror, or at the publisher without one. */
function urlOf(baseUrl: string | undefined, { path, upstreamUrl }: Pick<Asset, "path" | "upstreamUrl">): string {
  return baseUrl === undefined ? upstreamUrl : `${baseUrl.replace(/\/+$/, "")}/${path}`;
}

type AssetSettings = Pick<ClusterSpec, "kubernetesVersion"> & { readonly nodes: Pick<ClusterSpec["nodes"], "assets"> };

/**
 * Assets of a role and architecture. A checksum in `nodes.assets.sha256` overrides the publisher's: a mirror may have its
 * own builds.
 * @throws RangeError for a missing checksum; settings report `missingChecksums` earlier.
 */
export function nodeAssets(spec: AssetSettings, role: MachineRole, arch: Architecture): readonly NodeAsset[] {
  const { baseUrl, sha256 } = spec.nodes.assets;
  const assets = releaseAssets(componentVersions(spec.kubernetesVersion), arch);
  return assetsOfRole[role].flatMap((name) =>
    assets
      .filter((asset) => asset.name === name)
      .map(({ upstreamUrl, sha256: known, ...rest }) => {
        const sum = sha256[rest.path] ?? known;
        if (sum === undefined) throw new RangeError(`no SHA-256 for ${rest.path}: write it to nodes.assets.sha256`);
        return { ...rest, url: urlOf(baseUrl, { path: rest.path, upstreamUrl }), sha256: sum };
      }),
  );
}

/**
 * Architectures in the node bundle: all with known checksums, not only those of the pools. Otherwise the first pool of a new
 * architecture would change the bundle and replace every machine.
 */
export function servedArchitectures(spec: AssetSettings): readonly Architecture[] {
  const versions = componentVersions(spec.kubernetesVersion);
  return architectures.filter((arch) => pathsWithoutChecksum(spec, releaseAssets(versions, arch)).length === 0);
}

/** Assets of Windows workers; empty unless `nodes.assets.sha256` has all of their checksums, as Holdfast knows none. */
export function windowsAssets({ kubernetesVersion, nodes }: AssetSettings): readonly object[] {
  const { baseUrl, sha256 } = nodes.assets;
  const assets = windowsReleaseAssets(componentVersions(kubernetesVersion)).map(({ upstreamUrl, ...asset }) => ({
    ...asset,
    url: urlOf(baseUrl, { path: asset.path, upstreamUrl }),
    sha256: sha256[asset.path],
  }));
  return assets.every((asset) => asset.sha256 !== undefined) ? assets : [];
}

const architectures: readonly Architecture[] = ["amd64", "arm64"];

type MachineSettings = AssetSettings & Pick<ClusterSpec, "controlPlane" | "etcd" | "workers">;

/** Architectures of the Linux machines with a Kubernetes version. */
export function architecturesOf(
  spec: Pick<ClusterSpec, "kubernetesVersion" | "controlPlane" | "etcd" | "workers">,
  kubernetesVersion: string,
): readonly Architecture[] {
  const pools = Object.values(spec.workers).filter(
    (pool) => pool.os === "linux" && pool.kubernetesVersion === kubernetesVersion,
  );
  const all = pools.map((pool) => pool.architecture);
  if (kubernetesVersion === spec.kubernetesVersion) {
    all.push(spec.controlPlane.architecture);
    if (spec.etcd.topology === "external") all.push(spec.etcd.architecture);
  }
  return [...new Set(all)].sort();
}

/**
 * Paths that `cluster.nodes.assets.sha256` has to contain for the machines with a Kubernetes version; empty for supported
 * versions, and for unknown ones, another problem.
 */
export function missingChecksums(spec: MachineSettings, kubernetesVersion: string): readonly string[] {
  const versions = findComponentVersions(kubernetesVersion);
  if (versions === undefined) return [];
  return pathsWithoutChecksum(
    spec,
    architecturesOf(spec, kubernetesVersion).flatMap((arch) => releaseAssets(versions, arch)),
  );
}

/** The same for Windows machines. */
export function missingWindowsChecksums(spec: MachineSettings, kubernetesVersion: string): readonly string[] {
  const versions = findComponentVersions(kubernetesVersion);
  const wanted = Object.values(spec.workers).some(
    (pool) => pool.os === "windows" && pool.kubernetesVersion === kubernetesVersion,
  );
  return versions === undefined || !wanted ? [] : pathsWithoutChecksum(spec, windowsReleaseAssets(versions));
}

function pathsWithoutChecksum(
  { nodes }: Pick<AssetSettings, "nodes">,
  assets: readonly { readonly path: string; readonly sha256?: string | undefined }[],
): readonly string[] {
  return assets
    .filter(({ path, sha256 }) => (nodes.assets.sha256[path] ?? sha256) === undefined)
    .map(({ path }) => path);
}
