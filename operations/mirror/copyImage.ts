/** Copies of container images with all platforms, byte for byte: digests and signatures stay valid. */
import { rm } from "node:fs/promises";
import { join } from "node:path";

import type { Architecture } from "../../components/settings/instanceTypes";
import { HttpError, download, openUrl } from "./download";
import { parseImageName } from "./imageName.plan";
import type { Manifest, Registry } from "./registry";

/** Part of a manifest that describes other content. */
interface Descriptor {
  readonly digest: string;
  readonly size: number;
  /** Sources outside the registry, for layers that only their publisher may distribute. */
  readonly urls?: readonly string[];
}

interface PlatformDescriptor extends Descriptor {
  readonly platform?: { readonly os: string; readonly architecture: string };
}

interface ManifestContent {
  /** Manifests of the platforms, in an index. */
  readonly manifests?: readonly PlatformDescriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

/** Manifest of one Linux platform. @throws Error if the image has none for it */
async function ofPlatform(
  manifest: Manifest,
  architecture: Architecture,
  name: string,
  source: Registry,
): Promise<Manifest> {
  const { manifests } = contentOf(manifest);
  if (manifests === undefined) return manifest;
  const found = manifests.find(({ platform }) => platform?.os === "linux" && platform.architecture === architecture);
  if (found === undefined) throw new Error(`the image ${name} has no manifest for linux/${architecture}`);
  return source.manifest(parseImageName(name).repository, found.digest);
}

const contentOf = ({ content }: Manifest): ManifestContent => JSON.parse(content.toString()) as ManifestContent;

/** Receiver of images. `place` is the source's registry and repository: `registry.k8s.io/pause`. */
export interface ImageStore {
  /** True if the store has the image with this digest completely. */
  hasImage(place: string, reference: string, digest: string): Promise<boolean>;
  hasBlob(place: string, digest: string): Promise<boolean>;
  writeBlob(place: string, digest: string, file: string, bytes: number): Promise<void>;
  /** @param references tag and digest that the manifest gets; none: it is part of an index and gets its digest */
  writeManifest(place: string, manifest: Manifest, references: readonly string[]): Promise<void>;
}

export interface CopiedImage {
  readonly name: string;
  readonly digest: string;
  /** Bytes that were copied; 0: the store had the image. */
  readonly bytes: number;
}

/**
 * Copies an image. The manifest with the tag is written last, so that an interrupted copy is repeated.
 * @param folder for temporary files
 * @param architecture of Linux, to copy one platform without the index. Default: all platforms
 * @throws Error if content differs from its digest
 */
export async function copyImage(
  name: string,
  source: Registry,
  store: ImageStore,
  folder: string,
  architecture?: Architecture,
): Promise<CopiedImage> {
  const { registry, repository, tag, digest } = parseImageName(name);
  const place = `${registry}/${repository}`;
  const found = await source.manifest(repository, digest ?? tag ?? "");
  const root = architecture === undefined ? found : await ofPlatform(found, architecture, name, source);
  const reference = tag ?? root.digest;
  if (await store.hasImage(place, reference, root.digest)) return { name, digest: root.digest, bytes: 0 };

  let bytes = 0;
  const copyBlob = async ({ digest: blob, size, urls }: Descriptor): Promise<void> => {
    if (await store.hasBlob(place, blob)) return;
    const file = join(folder, blob.replace(":", "-"));
    const label = `${place}@${blob}`;
    const checksum = { algorithm: "sha256", hex: blob.replace("sha256:", "") } as const;
    try {
      await download(label, source.blob(repository, blob), checksum, file).catch((error: unknown) => {
        const [elsewhere] = urls ?? [];
        if (elsewhere === undefined || !(error instanceof HttpError) || error.status !== 404) throw error;
        return download(label, openUrl(elsewhere), checksum, file);
      });
      await store.writeBlob(place, blob, file, size);
      bytes += size;
    } finally {
      await rm(file, { force: true });
    }
  };
  const copyManifest = async (manifest: Manifest, references: readonly string[]): Promise<void> => {
    const { manifests = [], config, layers = [] } = contentOf(manifest);
    for (const child of manifests) await copyManifest(await source.manifest(repository, child.digest), []);
    const blobs = new Map([...(config === undefined ? [] : [config]), ...layers].map((blob) => [blob.digest, blob]));
    await Promise.all([...blobs.values()].map(copyBlob));
    await store.writeManifest(place, manifest, references);
    bytes += manifest.content.length;
  };
  await copyManifest(root, [...new Set([root.digest, reference])]);
  return { name, digest: root.digest, bytes };
}
