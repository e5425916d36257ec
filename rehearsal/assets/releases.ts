/** Build steps that download official releases: the files of the node bundles, and the images of the registries. */
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Asset, type AssetName, releaseAssets } from "../../components/node/assets.plan";
import { coreDnsImage } from "../../components/node/images.plan";
import type { ComponentVersions } from "../../components/node/kubernetesVersions.plan";
import type { Architecture } from "../../components/settings/instanceTypes";
import { DirectoryMirror } from "../../operations/mirror/directory";
import { download, openUrl } from "../../operations/mirror/download";
import { apiRoot, parseImageName } from "../../operations/mirror/imageName.plan";
import { mirrorImages, sourceUrl } from "../../operations/mirror/mirror";
import { build } from "../command";
import { extractFromImage } from "./ociLayout";
import type { Probe, Releases } from "./software";
import type { Step } from "./store";

/** Names of images that nobody publishes: workloads of drills. */
export const isOwnImage = (name: string): boolean => name.startsWith("rehearsal.local/");

export interface ReleaseSteps {
  /** Files in the layout of an asset mirror. */
  readonly files: Step;
  /** Programs that run on the host, in a folder for each asset: see `programFolder`. */
  readonly programs: Step;
  /** OCI image layout in the folder `images`. */
  readonly images: Step;
}

/** Folder of the programs of a component at a version. */
export const programFolder = (name: "kubernetes" | "etcd" | "containerd" | "coredns", version: string): string =>
  `${name}-${version}`;

/** Assets of several sets of versions, which may share some. */
function assetsOf(versions: readonly ComponentVersions[], architecture: Architecture): readonly Asset[] {
  const all = versions.flatMap((each) => releaseAssets(each, architecture));
  return [...new Map(all.map((asset) => [asset.path, asset])).values()];
}

const urlOf = ({ mirror }: Releases, { path, upstreamUrl }: Asset): string =>
  sourceUrl({ mirror }, { path, url: upstreamUrl });

/** One request to each host of files, and to each registry. */
export function releaseProbes(
  releases: Releases,
  versions: readonly ComponentVersions[],
  architecture: Architecture,
  images: readonly string[],
): readonly Probe[] {
  const files = assetsOf(versions, architecture).map((asset) => urlOf(releases, asset));
  const byHost = new Map(files.map((url) => [new URL(url).host, { url }]));
  // A static mirror has no root of the API.
  const registries = releases.mirror === undefined ? new Set(images.map((name) => parseImageName(name).registry)) : [];
  return [
    ...byHost.values(),
    ...[...registries].map((registry) => ({ url: `${apiRoot(registry)}/`, alsoAccepted: [401, 405] })),
  ];
}

/** @param images full names */
export function releaseSteps(
  releases: Releases,
  versions: readonly ComponentVersions[],
  architecture: Architecture,
  images: readonly string[],
): ReleaseSteps {
  const assets = assetsOf(versions, architecture);
  const sums = assets.map((asset) => ({ asset, sha256: releases.checksums.get(asset.path) ?? asset.sha256 }));
  const files: Step = {
    name: "release-files",
    inputs: [1, sums.map(({ asset, sha256 }) => [asset.path, sha256])],
    needs: [],
    lane: "network",
    async build({ directory }) {
      const unknown = sums.find(({ sha256 }) => sha256 === undefined);
      if (unknown !== undefined) {
        throw new Error(`no SHA-256 of ${unknown.asset.path}: add it to the file of --checksums`);
      }
      const downloads = sums.map(({ asset, sha256 = "" }) => {
        const url = urlOf(releases, asset);
        return download(url, openUrl(url), { algorithm: "sha256", hex: sha256 }, join(directory, asset.path));
      });
      // After a failure, too, no download may outlive the step: the folder is removed.
      await Promise.allSettled(downloads);
      await Promise.all(downloads);
    },
  };
  const layout: Step = {
    name: "release-images",
    // A mirror with its own builds of files has its own builds of images, too.
    inputs: [1, architecture, images, [...releases.checksums]],
    needs: [],
    lane: "network",
    async build({ directory }) {
      const work = join(directory, ".work");
      mkdirSync(work);
      await mirrorImages(
        images,
        new DirectoryMirror(directory),
        { mirror: releases.mirror, architecture },
        work,
        () => undefined,
      );
      rmSync(work, { recursive: true });
    },
  };
  const programs: Step = {
    name: "release-programs",
    inputs: [1, versions],
    needs: [files, layout],
    lane: "network",
    async build(context) {
      const mirror = await context.result(files);
      for (const asset of assets) await addPrograms(asset, versions, mirror, context.directory);
      const images = join(await context.result(layout), "images");
      for (const { kubernetes, coredns } of versions) {
        const target = join(context.directory, programFolder("coredns", coredns));
        mkdirSync(target, { recursive: true });
        await extractFromImage(images, coreDnsImage(kubernetes), "coredns", target);
      }
    },
  };
  return { files, programs, images: layout };
}

/** Components of the assets with programs that the host runs. */
const hostComponents: Partial<Record<AssetName, "kubernetes" | "etcd" | "containerd">> = {
  kubeadm: "kubernetes",
  kubectl: "kubernetes",
  etcd: "etcd",
  containerd: "containerd",
};

/** Programs of an asset that the host runs. */
async function addPrograms(
  asset: Asset,
  versions: readonly ComponentVersions[],
  mirror: string,
  directory: string,
): Promise<void> {
  const component = hostComponents[asset.name];
  if (component === undefined) return;
  const file = join(mirror, asset.path);
  for (const version of new Set(versions.map((each) => each[component]))) {
    if (!asset.path.includes(`/v${version}/`)) continue;
    const target = join(directory, programFolder(component, version));
    mkdirSync(target, { recursive: true });
    if (asset.binary !== undefined) {
      const program = join(target, asset.binary);
      rmSync(program, { force: true });
      copyFileSync(file, program);
      chmodSync(program, 0o755);
    } else if (Array.isArray(asset.members)) {
      const members = asset.members as readonly string[];
      const depth = (members[0] ?? "").split("/").length - 1;
      await build(["tar", "-C", target, `--strip-components=${depth}`, "--no-same-owner", "-xf", file, ...members]);
    }
  }
}
