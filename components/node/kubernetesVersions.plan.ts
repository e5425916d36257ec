import { valid } from "semver";
import type { Architecture, ClusterSpec } from "../clusterSpec";
import { componentChecksums, kubernetesChecksums } from "./checksums.plan";

/** Versions of everything that a machine runs, all without `v`. */
export interface ComponentVersions {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
  readonly containerd: string;
  readonly runc: string;
  readonly cniPlugins: string;
}

export type AssetName = "kubelet" | "kubeadm" | "kubectl" | "etcd" | "containerd" | "runc" | "cni-plugins";

/** What a machine is for; decides which assets it needs. */
export type Role = "controlPlane" | "etcd" | "worker";

/** One file of a release, and where it goes on a machine. */
export interface Asset {
  readonly name: AssetName;
  /** Path below the base URL of an asset mirror; also the key of `nodes.assets.sha256`. */
  readonly path: string;
  /** The same file at its publisher. */
  readonly upstreamUrl: string;
  /** The publisher's checksum; absent where Holdfast does not know it. */
  readonly sha256: string | undefined;
  /** Folder on the machine that the files go to. */
  readonly directory: string;
  /** Name of the file itself when it is a plain binary. */
  readonly binary?: string;
  /** Files of the archive, by path inside it; `"*"`: all of it. */
  readonly members?: readonly string[] | "*";
}

/** An asset as a machine fetches it. */
export interface NodeAsset extends Omit<Asset, "upstreamUrl" | "sha256"> {
  readonly url: string;
  readonly sha256: string;
}

/**
 * By Kubernetes minor: etcd and CoreDNS and pause are kubeadm's own choice (cmd/kubeadm/app/constants of that
 * release; etcd 3.6.8 over 1.35's 3.6.6 because kubeadm accepts any later patch), the others are the newest releases
 * whose checksums are known.
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

/** Kubernetes versions that `cluster.kubernetesVersion` may name, oldest first; all have known checksums. */
export const supportedKubernetesVersions: readonly string[] = Object.keys(kubernetesChecksums);

/**
 * Versions that go with a Kubernetes version.
 * @throws RangeError for a minor version that Holdfast does not know.
 */
export function componentVersions(kubernetesVersion: string): ComponentVersions {
  const minor = kubernetesVersion.split(".").slice(0, 2).join(".");
  const rest = byMinor[minor];
  if (rest === undefined || valid(kubernetesVersion) !== kubernetesVersion) {
    throw new RangeError(`Kubernetes ${kubernetesVersion} is not one of ${supportedKubernetesVersions.join(", ")}`);
  }
  return { kubernetes: kubernetesVersion, ...rest };
}

const binaries = "/usr/local/bin";

function kubernetesBinary(name: "kubelet" | "kubeadm" | "kubectl", version: string, arch: Architecture): Asset {
  const path = `v${version}/bin/linux/${arch}/${name}`;
  return {
    name,
    path: `kubernetes/${path}`,
    upstreamUrl: `https://dl.k8s.io/release/${path}`,
    sha256: kubernetesChecksums[version]?.[name][arch],
    directory: binaries,
    binary: name,
  };
}

/** Every asset of a set of versions for one architecture: the layout of an asset mirror. */
export function releaseAssets(versions: ComponentVersions, arch: Architecture): readonly Asset[] {
  const github = (project: string, version: string, file: string): string =>
    `https://github.com/${project}/releases/download/v${version}/${file}`;
  const { etcd, containerd, runc, cniPlugins } = versions;
  const etcdFolder = `etcd-v${etcd}-linux-${arch}`;
  const containerdFile = `containerd-${containerd}-linux-${arch}.tar.gz`;
  const cniFile = `cni-plugins-linux-${arch}-v${cniPlugins}.tgz`;
  return [
    kubernetesBinary("kubelet", versions.kubernetes, arch),
    kubernetesBinary("kubeadm", versions.kubernetes, arch),
    kubernetesBinary("kubectl", versions.kubernetes, arch),
    {
      name: "etcd",
      path: `etcd/v${etcd}/${etcdFolder}.tar.gz`,
      upstreamUrl: github("etcd-io/etcd", etcd, `${etcdFolder}.tar.gz`),
      sha256: componentChecksums.etcd[etcd]?.[arch],
      directory: binaries,
      members: ["etcd", "etcdctl", "etcdutl"].map((file) => `${etcdFolder}/${file}`),
    },
    {
      name: "containerd",
      path: `containerd/v${containerd}/${containerdFile}`,
      upstreamUrl: github("containerd/containerd", containerd, containerdFile),
      sha256: componentChecksums.containerd[containerd]?.[arch],
      directory: binaries,
      members: ["containerd", "containerd-shim-runc-v2", "ctr"].map((file) => `bin/${file}`),
    },
    {
      name: "runc",
      path: `runc/v${runc}/runc.${arch}`,
      upstreamUrl: github("opencontainers/runc", runc, `runc.${arch}`),
      sha256: componentChecksums.runc[runc]?.[arch],
      directory: binaries,
      binary: "runc",
    },
    {
      name: "cni-plugins",
      path: `cni-plugins/v${cniPlugins}/${cniFile}`,
      upstreamUrl: github("containernetworking/plugins", cniPlugins, cniFile),
      sha256: componentChecksums["cni-plugins"][cniPlugins]?.[arch],
      directory: "/opt/cni/bin",
      members: "*",
    },
  ];
}

/** One file of a release for Windows: a program, or an archive with its programs in a folder. */
export interface WindowsAsset {
  readonly name: string;
  /** Path below the base URL of an asset mirror; also the key of `nodes.assets.sha256`. */
  readonly path: string;
  /** The same file at its publisher. */
  readonly upstreamUrl: string;
  /** Folder on the machine that the files go to. */
  readonly directory: string;
  /** Name of the file itself when it is a plain program. */
  readonly binary?: string;
}

/** What a Windows worker fetches: amd64 alone, the only architecture that Kubernetes builds for Windows. */
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

/** A control plane has etcd's files in both topologies: `etcdctl` holds the lock under which machines depart. */
const needed: Readonly<Record<Role, readonly AssetName[]>> = {
  controlPlane: ["kubeadm", "etcd", "kubelet", "containerd", "runc", "cni-plugins", "kubectl"],
  etcd: ["kubeadm", "etcd"],
  worker: ["kubelet", "kubeadm", "containerd", "runc", "cni-plugins"],
};

/** A mirror's own copy where there is one, else the publisher's. */
function urlOf(baseUrl: string | undefined, { path, upstreamUrl }: Pick<Asset, "path" | "upstreamUrl">): string {
  return baseUrl === undefined ? upstreamUrl : `${baseUrl.replace(/\/+$/, "")}/${path}`;
}

type AssetSettings = Pick<ClusterSpec, "kubernetesVersion"> & { readonly nodes: Pick<ClusterSpec["nodes"], "assets"> };

/**
 * What machines of a role and architecture fetch, in the order in which it is wanted first.
 * A checksum in `nodes.assets.sha256` goes over the publisher's, as a mirror may serve its own builds.
 * @throws RangeError where a checksum is missing; settings ask `missingChecksums` before.
 */
export function nodeAssets(spec: AssetSettings, role: Role, arch: Architecture): readonly NodeAsset[] {
  const { baseUrl, sha256 } = spec.nodes.assets;
  const assets = new Map(
    releaseAssets(componentVersions(spec.kubernetesVersion), arch).map((asset) => [asset.name, asset]),
  );
  return needed[role].flatMap((name) => {
    const asset = assets.get(name);
    if (asset === undefined) return [];
    const { upstreamUrl, sha256: known, ...rest } = asset;
    const sum = sha256[asset.path] ?? known;
    if (sum === undefined) throw new RangeError(`no SHA-256 for ${asset.path}: write it to nodes.assets.sha256`);
    return [{ ...rest, url: urlOf(baseUrl, { path: asset.path, upstreamUrl }), sha256: sum }];
  });
}

/**
 * Architectures whose machines the node bundle serves: every one whose checksums are known, whether a pool has it or not.
 * A bundle that named the pools' architectures alone would be another one, and all machines would be replaced, when a pool
 * of a new architecture is added.
 */
export function servedArchitectures(spec: AssetSettings): readonly Architecture[] {
  const versions = componentVersions(spec.kubernetesVersion);
  return architectures.filter((arch) => unknownPaths(spec, releaseAssets(versions, arch)).length === 0);
}

/**
 * What Windows machines fetch; none where a checksum is missing. Holdfast knows none of them: the publishers have each beside
 * its file, and `nodes.assets.sha256` takes them.
 */
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

/** Architectures that the cluster's Linux machines have. */
export function architecturesOf(spec: Pick<ClusterSpec, "controlPlane" | "etcd" | "workers">): readonly Architecture[] {
  const pools = Object.values(spec.workers).filter(({ os }) => os === "linux");
  const all = [spec.controlPlane.architecture, ...pools.map((pool) => pool.architecture)];
  if (spec.etcd.topology === "external") all.push(spec.etcd.architecture);
  return [...new Set(all)].sort();
}

/**
 * Asset paths whose checksum neither Holdfast nor the settings know; each must be written to
 * `cluster.nodes.assets.sha256`. Empty for every supported version. An unknown Kubernetes version yields nothing here, as it
 * is a problem of its own.
 */
export function missingChecksums(spec: MachineSettings): readonly string[] {
  const versions = versionsOrNothing(spec.kubernetesVersion);
  if (versions === undefined) return [];
  return unknownPaths(
    spec,
    architecturesOf(spec).flatMap((arch) => releaseAssets(versions, arch)),
  );
}

/** The same of Windows machines, where there are any: all that the settings do not name. */
export function missingWindowsChecksums(spec: MachineSettings): readonly string[] {
  const versions = versionsOrNothing(spec.kubernetesVersion);
  const wanted = Object.values(spec.workers).some(({ os }) => os === "windows");
  return versions === undefined || !wanted ? [] : unknownPaths(spec, windowsReleaseAssets(versions));
}

function versionsOrNothing(kubernetesVersion: string): ComponentVersions | undefined {
  try {
    return componentVersions(kubernetesVersion);
  } catch {
    return undefined;
  }
}

function unknownPaths(
  { nodes }: AssetSettings,
  assets: readonly { readonly path: string; readonly sha256?: string | undefined }[],
): readonly string[] {
  return assets
    .filter(({ path, sha256 }) => (nodes.assets.sha256[path] ?? sha256) === undefined)
    .map(({ path }) => path);
}
