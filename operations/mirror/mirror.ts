/** Fills a mirror with the files and images of a stack. */
import type { CopiedImage, ImageStore } from "./copyImage";
import { copyImage } from "./copyImage";
import type { MirroredFile } from "./contents.plan";
import type { Architecture } from "../../components/settings/instanceTypes";
import { filesFolder, imagesFolder } from "./destination.plan";
import { type Checksum, type Open, openUrl } from "./download";
import { apiRoot, parseImageName } from "./imageName.plan";
import { dockerLogin } from "./dockerLogin";
import { Registry } from "./registry";

/** Mirror that takes files, too. */
export interface FileStore extends ImageStore {
  addFile(path: string, open: Open, checksum: Checksum): Promise<number>;
  finish(): Promise<void>;
}

export interface Sources {
  /** Root of a mirror in a bucket, to copy from instead of the publishers. */
  readonly mirror?: string | undefined;
  /** Linux platform of images. Default: all platforms. */
  readonly architecture?: Architecture | undefined;
}

export interface Progress {
  /** `bytes` is 0 for what the mirror had. */
  (name: string, bytes: number): void;
}

/** URL of a file at its publisher, or in the mirror that replaces it. */
export const sourceUrl = ({ mirror }: Sources, { path, url }: Pick<MirroredFile, "path" | "url">): string =>
  mirror === undefined ? url : `${mirror.replace(/\/+$/, "")}/${filesFolder}/${path}`;

/** Checksum of a file. */
export const checksumOf = ({ sha256, sha512 }: MirroredFile): Checksum =>
  sha256 === undefined ? { algorithm: "sha512", hex: sha512 ?? "" } : { algorithm: "sha256", hex: sha256 };

/** @returns bytes that were copied */
export async function mirrorFiles(
  files: readonly MirroredFile[],
  store: FileStore,
  sources: Sources,
  progress: Progress,
): Promise<number> {
  let total = 0;
  for (const file of files) {
    const bytes = await store.addFile(file.path, openUrl(sourceUrl(sources, file)), checksumOf(file));
    progress(file.path, bytes);
    total += bytes;
  }
  await store.finish();
  return total;
}

/** Registry to pull from, with the login of Docker's configuration; a mirror in a bucket has none. */
export const sourceRegistry = (registry: string, { mirror }: Sources): Registry =>
  mirror === undefined
    ? new Registry(apiRoot(registry), () => dockerLogin(registry))
    : new Registry(`${mirror.replace(/\/+$/, "")}/${imagesFolder}/${registry}`);

/** @param folder for temporary files */
export async function mirrorImages(
  images: readonly string[],
  store: ImageStore,
  sources: Sources,
  folder: string,
  progress: Progress,
): Promise<readonly CopiedImage[]> {
  const copied: CopiedImage[] = [];
  const opened = new Map<string, Registry>();
  for (const image of images) {
    const { registry } = parseImageName(image);
    const source = opened.get(registry) ?? sourceRegistry(registry, sources);
    opened.set(registry, source);
    const result = await copyImage(image, source, store, folder, sources.architecture);
    progress(image, result.bytes);
    copied.push(result);
  }
  return copied;
}
