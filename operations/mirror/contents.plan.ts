/** What a mirror of a stack consists of: the files that its machines download and the images that they pull. Pure. */
import { addonImages } from "../../components/addons/enabledAddons.plan";
import type { Chart } from "../../components/addons/shared/images.plan";
import type { ClusterSpec } from "../../components/clusterSpec";
import { buildBundles } from "../../components/node/bundle.plan";
import { controlPlaneImages, pauseImage } from "../../components/node/images.plan";
import { machineVersions } from "../../components/node/machineVersions.plan";

/** File of a release. Exactly one checksum is known. */
export interface MirroredFile {
  /** Path below `nodes.assets.baseUrl`. */
  readonly path: string;
  /** URL at the publisher. */
  readonly url: string;
  /** In hex. */
  readonly sha256?: string;
  readonly sha512?: string;
}

export interface MirrorContents {
  readonly files: readonly MirroredFile[];
  /** Full names with tag or digest. */
  readonly images: readonly string[];
  /** Helm charts, whose images only Helm knows. */
  readonly charts: readonly Chart[];
}

/** Contents of the mirror of a stack, each list without duplicates and in alphabetical order. */
export function mirrorContents(spec: ClusterSpec): MirrorContents {
  const addons = addonImages(spec);
  const images = [
    ...controlPlaneImages(spec.kubernetesVersion),
    ...machineVersions(spec).map(pauseImage),
    ...addons.filter((source) => typeof source === "string"),
  ];
  return {
    files: bundledFiles(spec),
    images: [...new Set(images)].sort(),
    charts: addons.filter((source) => typeof source !== "string"),
  };
}

/** Files that the node bundles name, for all architectures and roles, with the publishers' URLs. */
function bundledFiles(spec: ClusterSpec): readonly MirroredFile[] {
  const { sha256 } = spec.nodes.assets;
  const upstream = { ...spec, nodes: { ...spec.nodes, assets: { baseUrl: undefined, sha256 } } };
  const files = buildBundles(upstream)
    .flatMap((bundle) => filesIn(JSON.parse(bundle.files["cluster.json"] ?? "{}")))
    .map((file) => [file.path, file] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [...new Map(files).values()];
}

/** Objects with a path and a URL, at any depth. */
function filesIn(value: unknown): MirroredFile[] {
  if (typeof value !== "object" || value === null) return [];
  if (!("path" in value && "url" in value)) return Object.values(value).flatMap(filesIn);
  const { path, url, sha256, sha512 } = value as MirroredFile;
  return [{ path, url, ...(sha256 === undefined ? { sha512 } : { sha256 }) }];
}
