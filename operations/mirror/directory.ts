/** Mirror in a directory: files below `assets/`, images as an OCI image layout in `images/`, and checksums of all. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { copyFile, mkdir, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { parseChecksums } from "../../components/node/checksums.plan";
import type { ImageStore } from "./copyImage";
import { type Checksum, type Open, download, measureFile } from "./download";
import { filesFolder } from "./destination.plan";
import type { Manifest } from "./registry";

/** Image of an OCI image layout, in its `index.json`. */
export interface LayoutEntry {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

export class DirectoryMirror implements ImageStore {
  readonly #sums = new Map<string, string>();

  constructor(private readonly directory: string) {}

  /** @returns bytes that were downloaded; 0: the file was present and right */
  async addFile(path: string, open: Open, checksum: Checksum): Promise<number> {
    const name = `${filesFolder}/${path}`;
    const file = join(this.directory, name);
    const present = await measureFile(file);
    const isRight = present?.[checksum.algorithm] === checksum.hex;
    const { sha256, bytes } = isRight ? present : await download(path, open, checksum, file);
    this.#sums.set(name, sha256);
    return isRight ? 0 : bytes;
  }

  async hasImage(place: string, reference: string, digest: string): Promise<boolean> {
    const known = this.index().manifests.some(
      (entry) => entry.digest === digest && entry.annotations[imageNameKey] === fullName(place, reference),
    );
    return known && (await this.hasContent(digest));
  }

  hasBlob(_place: string, digest: string): Promise<boolean> {
    return this.hasContent(digest);
  }

  async writeBlob(_place: string, digest: string, file: string): Promise<void> {
    const target = blobFile(this.at("."), digest);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(file, `${target}.partial`);
    await rename(`${target}.partial`, target);
  }

  async writeManifest(
    place: string,
    { mediaType, digest, content }: Manifest,
    references: readonly string[],
  ): Promise<void> {
    const target = blobFile(this.at("."), digest);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.partial`, content);
    await rename(`${target}.partial`, target);
    const reference = references.at(-1);
    if (reference === undefined) return;
    const name = fullName(place, reference);
    const annotations = { [imageNameKey]: name, "org.opencontainers.image.ref.name": name };
    const entry: LayoutEntry = { mediaType, digest, size: content.length, annotations };
    const others = this.index().manifests.filter((each) => each.annotations[imageNameKey] !== name);
    const index = { schemaVersion: 2, mediaType: indexType, manifests: [...others, entry] };
    writeFileSync(this.at("index.json"), `${JSON.stringify(index, undefined, 2)}\n`);
    writeFileSync(this.at("oci-layout"), `${JSON.stringify({ imageLayoutVersion: "1.0.0" })}\n`);
  }

  /** Writes `SHA256SUMS`, for `sha256sum --check`; keeps the files of other stacks. */
  async finish(): Promise<void> {
    if (this.#sums.size === 0) return;
    const file = join(this.directory, "SHA256SUMS");
    const earlier = existsSync(file) ? parseChecksums(readFileSync(file, "utf8")) : [];
    const lines = [...new Map([...earlier, ...this.#sums])].map(([name, sum]) => `${sum}  ${name}\n`);
    await writeFile(file, lines.join(""));
  }

  private at(name: string): string {
    return join(this.directory, "images", name);
  }

  /** Compares the content of small files only: layers are written under their name when they are complete. */
  private async hasContent(digest: string): Promise<boolean> {
    const file = blobFile(this.at("."), digest);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) return false;
    if (found.size > 1 << 20) return true;
    return `sha256:${createHash("sha256").update(readFileSync(file)).digest("hex")}` === digest;
  }

  private index(): { readonly manifests: readonly LayoutEntry[] } {
    try {
      return JSON.parse(readFileSync(this.at("index.json"), "utf8")) as { manifests: LayoutEntry[] };
    } catch {
      return { manifests: [] };
    }
  }
}

const indexType = "application/vnd.oci.image.index.v1+json";
/** Annotation by which containerd names imported images. */
export const imageNameKey = "io.containerd.image.name";

/** File of a blob in an OCI image layout. @param layout its folder */
export const blobFile = (layout: string, digest: string): string => join(layout, "blobs", digest.replace(":", "/"));

const fullName = (place: string, reference: string): string =>
  `${place}${reference.startsWith("sha256:") ? "@" : ":"}${reference}`;
