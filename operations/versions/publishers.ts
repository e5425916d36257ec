/** Releases and checksums, as their publishers serve them. */
import { parse } from "yaml";
import { z } from "zod";

import type { Asset, AssetName } from "../../components/node/assets.plan";
import type { ComponentVersions, MinorVersions } from "../../components/node/kubernetesVersions.plan";
import { type Authorities, verifySignedFile } from "./signature";

/** Sends a GET request, as `fetch` does; tests direct it to a server of their own. */
export type Get = (url: string) => Promise<Response>;

/** Component with releases on GitHub. CoreDNS and pause are constants of kubeadm and change only with a new minor version. */
export type Component = Exclude<keyof MinorVersions, "coredns" | "pause">;

interface Project {
  readonly repository: string;
  /** Text before the version in the tags of releases, such as `v`. */
  readonly tagPrefix: string;
  /** File with checksums, beside a file of a release. */
  readonly sums?: (file: string) => string;
  /** The project uses the minor versions of Kubernetes. */
  readonly followsKubernetes?: true;
  /**
   * Folder of the project's manifests in kubernetes/k8s.io. Its release process uploads files to a staging bucket; a file comes to
   * the publisher's site only with the SHA-256 that a reviewed manifest has. Not every release has a manifest.
   */
  readonly promotion?: string;
}

export const projects: Readonly<Record<Component, Project>> = {
  etcd: { repository: "etcd-io/etcd", tagPrefix: "v", sums: () => "SHA256SUMS" },
  containerd: { repository: "containerd/containerd", tagPrefix: "v", sums: (file) => `${file}.sha256sum` },
  runc: { repository: "opencontainers/runc", tagPrefix: "v", sums: () => "runc.sha256sum" },
  cniPlugins: { repository: "containernetworking/plugins", tagPrefix: "v", sums: (file) => `${file}.sha256` },
  cloudController: { repository: "kubernetes/cloud-provider-aws", tagPrefix: "v", followsKubernetes: true },
  clusterAutoscaler: { repository: "kubernetes/autoscaler", tagPrefix: "cluster-autoscaler-", followsKubernetes: true },
  ecrCredentialProvider: {
    ...{ repository: "kubernetes/cloud-provider-aws", tagPrefix: "v" },
    promotion: "k8s-staging-provider-aws",
  },
};

/** Components whose releases machines download, with the names of their assets. */
export const downloadedComponents = [
  ["etcd", "etcd"],
  ["containerd", "containerd"],
  ["runc", "runc"],
  ["cniPlugins", "cni-plugins"],
  ["ecrCredentialProvider", "ecr-credential-provider"],
] as const satisfies readonly (readonly [Component, AssetName])[];

function componentOf(asset: AssetName): Component {
  const found = downloadedComponents.find(([, name]) => name === asset);
  if (found === undefined) throw new RangeError(`no project of ${asset} is known`);
  return found[0];
}

const promotionManifests = "artifacts/manifests";
const kubernetesInfrastructure = "kubernetes/k8s.io";
const kubernetesReleases = "https://dl.k8s.io/release";
const githubApi = "https://api.github.com/repos";

const releases = z.array(z.object({ tag_name: z.string(), draft: z.boolean(), prerelease: z.boolean() }));
const files = z.array(z.object({ name: z.string() }));
const promotedFiles = z.object({ files: z.array(z.object({ name: z.string(), sha256: z.string() })) });
const release = z.object({ assets: z.array(z.object({ name: z.string(), digest: z.string().nullish() })) });

/** An asset whose publisher's statements differ, or that lacks one. */
export class RefusedChecksum extends Error {}

export class Publishers {
  constructor(
    private readonly get: Get,
    /** Certificate authorities of the signatures of Kubernetes. */
    private readonly authorities: () => Promise<Authorities>,
  ) {}

  /**
   * Newest patch release of a Kubernetes minor such as `1.36`; without one: the newest of all.
   * @throws Error if the publisher has none
   */
  async newestKubernetes(minor?: string): Promise<string> {
    const url = `${kubernetesReleases}/stable${minor === undefined ? "" : `-${minor}`}.txt`;
    const text = (await this.text(url)).trim();
    const version = /^v(\d+\.\d+\.\d+)$/.exec(text)?.[1];
    if (version === undefined)
      throw new Error(`${url}: expected a version such as v1.36.4, got ${JSON.stringify(text.slice(0, 40))}`);
    return version;
  }

  /** Versions of the 100 newest releases: more than a year of every project. */
  async releasesOf(component: Component): Promise<readonly string[]> {
    const { repository, tagPrefix, promotion } = projects[component];
    if (promotion !== undefined) return this.promotedVersions(promotion);
    const found = releases.parse(await this.json(`${githubApi}/${repository}/releases?per_page=100`));
    return found
      .filter(({ draft, prerelease, tag_name }) => !draft && !prerelease && tag_name.startsWith(tagPrefix))
      .map(({ tag_name }) => tag_name.slice(tagPrefix.length))
      .filter((version) => /^\d+\.\d+\.\d+$/.test(version));
  }

  /** Versions with a manifest. */
  private async promotedVersions(promotion: string): Promise<readonly string[]> {
    const list = `${githubApi}/${kubernetesInfrastructure}/contents/${promotionManifests}/${promotion}`;
    const found = files.parse(await this.json(list));
    return found.flatMap(({ name }) => /^v(\d+\.\d+\.\d+)\.yaml$/.exec(name)?.[1] ?? []);
  }

  /**
   * SHA-256 of a new asset. Two statements must agree: for Kubernetes the checksum file and the signature of the downloaded
   * file, for the ECR credential provider the checksum file and the manifest of its promotion, for the others the release's
   * checksum file and the digest that GitHub computed at the upload.
   * @throws RefusedChecksum
   */
  async confirmedChecksum(asset: Asset, versions: ComponentVersions): Promise<string> {
    if (!asset.path.startsWith("kubernetes/")) return this.releaseChecksum(asset, versions);
    const stated = await this.statedChecksum(asset);
    const file = await this.response(asset.upstreamUrl);
    const [signature, certificate] = [
      await this.text(`${asset.upstreamUrl}.sig`),
      await this.text(`${asset.upstreamUrl}.cert`),
    ];
    if (file.body === null) throw new RefusedChecksum(`${asset.path}: the publisher sends an empty file`);
    const { sha256, problem } = await verifySignedFile(file.body, {
      signature,
      certificate,
      authorities: await this.authorities(),
    });
    if (sha256 !== stated) {
      throw new RefusedChecksum(
        `${asset.path}: ${asset.upstreamUrl}.sha256 has ${stated}, but the SHA-256 of the file is ${sha256}`,
      );
    }
    if (problem !== undefined) throw new RefusedChecksum(`${asset.path}: ${problem}`);
    return sha256;
  }

  /**
   * Checksum file beside a program of Kubernetes or the ECR credential provider. Quicker than {@link confirmedChecksum}: without a
   * download.
   */
  async statedChecksum({ upstreamUrl }: Asset): Promise<string> {
    const url = `${upstreamUrl}.sha256`;
    return sumIn(await this.text(url), fileName(upstreamUrl), url);
  }

  /** @throws RefusedChecksum if the checksum file differs from GitHub's digest or the manifest, or one is missing. */
  async releaseChecksum(asset: Asset, versions: ComponentVersions): Promise<string> {
    const { name, path, upstreamUrl } = asset;
    const component = componentOf(name);
    const { repository, tagPrefix, sums, promotion } = projects[component];
    const tag = `${tagPrefix}${versions[component]}`;
    if (promotion !== undefined) return this.promotedChecksum(asset, promotion, tag);
    const file = fileName(upstreamUrl);
    const sumsUrl = new URL(sums?.(file) ?? "", upstreamUrl).href;
    const { assets } = release.parse(await this.json(`${githubApi}/${repository}/releases/tags/${tag}`));
    const digest = assets.find((each) => each.name === file)?.digest;
    const stated = sumIn(await this.text(sumsUrl), file, sumsUrl);
    if (typeof digest !== "string")
      throw new RefusedChecksum(
        `${path}: GitHub's API has no digest of ${file}; verify the checksum by hand and add it to checksums.txt`,
      );
    if (digest !== `sha256:${stated}`) {
      throw new RefusedChecksum(`${path}: ${sumsUrl} has ${stated}, but GitHub's API reports ${digest}`);
    }
    return stated;
  }

  /** @param tag folder of the version, such as `v1.37.0` */
  private async promotedChecksum(asset: Asset, promotion: string, tag: string): Promise<string> {
    const folder = `${kubernetesInfrastructure}/main/${promotionManifests}/${promotion}`;
    const url = `https://raw.githubusercontent.com/${folder}/${tag}.yaml`;
    const manifest = promotedFiles.parse(parse(await this.text(url)));
    const name = asset.upstreamUrl.slice(asset.upstreamUrl.indexOf(`${tag}/`));
    const promoted = manifest.files.find((file) => file.name === name)?.sha256;
    const stated = await this.statedChecksum(asset);
    if (promoted === stated) return stated;
    throw new RefusedChecksum(
      `${asset.path}: ${asset.upstreamUrl}.sha256 has ${stated}, but ${url} has ${promoted ?? "none"}`,
    );
  }

  private async response(url: string): Promise<Response> {
    const response = await this.get(url).catch((error: unknown) => {
      // Node's fetch hides the reason behind "fetch failed".
      const { message, cause } = error as Error;
      throw new Error(`${url}: ${cause instanceof Error ? cause.message : message}`, { cause: error });
    });
    if (response.ok) return response;
    const limited = response.headers.get("x-ratelimit-remaining") === "0";
    const remedy = limited ? "; set GITHUB_TOKEN: without a token, GitHub allows 60 requests an hour" : "";
    throw new Error(`${url}: HTTP status ${response.status}${remedy}`);
  }

  private async text(url: string): Promise<string> {
    return (await this.response(url)).text();
  }

  private async json(url: string): Promise<unknown> {
    return (await this.response(url)).json();
  }
}

const fileName = (url: string): string => url.slice(url.lastIndexOf("/") + 1);

/** Checksum of a file in the text of a checksum file: lines of `sha256sum`, or a sum alone. */
function sumIn(text: string, file: string, url: string): string {
  const lines = text.trim().split("\n");
  for (const line of lines) {
    const [, sum, name = lines.length === 1 ? file : ""] = /^([0-9a-f]{64})(?:\s+\*?(\S+))?\s*$/.exec(line) ?? [];
    if (sum !== undefined && fileName(name) === file) return sum;
  }
  throw new RefusedChecksum(`${url} has no SHA-256 of ${file}`);
}
