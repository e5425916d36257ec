/** Destinations of a mirror, and the settings with which machines use it. Pure. */
import { registryOf } from "../../components/addons/shared/images.plan";
import { serviceDomain } from "../../components/aws/partition.plan";

/** Folder of the files, below a directory or prefix: what `nodes.assets.baseUrl` names. */
export const filesFolder = "assets";
/** Folder of images in a bucket: the root of the registries' API. */
export const imagesFolder = "v2";

export type Destination =
  | { readonly kind: "directory"; readonly directory: string }
  | { readonly kind: "bucket"; readonly bucket: string; readonly prefix: string }
  | { readonly kind: "registry"; readonly registry: string; readonly prefix: string };

/** Parses `--to`. @throws RangeError for a URL that is not one of S3 */
export function parseDestination(text: string): Destination {
  const trimmed = text.replace(/\/+$/, "");
  const s3 = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(trimmed);
  if (s3 !== null) return { kind: "bucket", bucket: s3[1] ?? "", prefix: s3[2] ?? "" };
  if (/^[a-z0-9]+:\/\//.test(trimmed)) {
    throw new RangeError(
      `--to ${text}: write s3://<bucket>/<prefix>, <registry>/<prefix> without https://, or a directory`,
    );
  }
  const registry = registryOf(trimmed);
  const isRegistry = registry !== "docker.io" && trimmed.startsWith(`${registry}/`) && !/^\.{1,2}$/.test(registry);
  if (!isRegistry) return { kind: "directory", directory: trimmed === "" ? "/" : trimmed };
  return { kind: "registry", registry, prefix: trimmed.slice(registry.length + 1) };
}

/**
 * Settings of a stack that uses the mirror; undefined for a directory, whose URL is unknown.
 * @param registries whose images the mirror has
 */
export function mirrorSettings(
  destination: Destination,
  region: string,
  registries: readonly string[],
): object | undefined {
  if (destination.kind === "directory") return undefined;
  if (destination.kind === "registry") {
    const root = `https://${destination.registry}/v2/${destination.prefix}`;
    return { nodes: { registryMirrors: mirrorsBelow(root, registries) } };
  }
  const base = [`https://${destination.bucket}.s3.${region}.${serviceDomain(region)}`, destination.prefix]
    .filter(Boolean)
    .join("/");
  return {
    nodes: {
      assets: { baseUrl: `${base}/${filesFolder}` },
      registryMirrors: mirrorsBelow(`${base}/${imagesFolder}`, registries),
    },
  };
}

const mirrorsBelow = (root: string, registries: readonly string[]): Record<string, string> =>
  Object.fromEntries(registries.map((registry) => [registry, `${root}/${registry}`]));
