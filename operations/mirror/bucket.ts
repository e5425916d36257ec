/** Mirror in an S3 bucket: files below `assets/`, images as static copies of the registries' API below `v2/`. */
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { HeadObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";

import type { ImageStore } from "./copyImage";
import { filesFolder, imagesFolder } from "./destination.plan";
import { type Checksum, type Open, download } from "./download";
import type { Manifest } from "./registry";

/** Name of the metadata with the checksum of a file or the digest of a manifest. */
const checksumKey = "checksum";

export class BucketMirror implements ImageStore {
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    /** Empty, or without slashes at both ends. */
    private readonly prefix: string,
    /** Folder for temporary files. */
    private readonly folder: string,
  ) {}

  /** @returns bytes that were uploaded; 0: the bucket had the file with this checksum */
  async addFile(path: string, open: Open, checksum: Checksum): Promise<number> {
    const key = this.key(filesFolder, path);
    if ((await this.checksumOf(key)) === checksum.hex) return 0;
    const file = join(this.folder, "file");
    try {
      const { sha256, bytes } = await download(path, open, checksum, file);
      await this.put(key, "application/octet-stream", createReadStream(file), {
        bytes,
        sha256,
        checksum: checksum.hex,
      });
      return bytes;
    } finally {
      await rm(file, { force: true });
    }
  }

  async hasImage(place: string, reference: string, digest: string): Promise<boolean> {
    return (await this.checksumOf(this.key(imagesFolder, place, "manifests", reference))) === digest;
  }

  async hasBlob(place: string, digest: string): Promise<boolean> {
    return (await this.checksumOf(this.key(imagesFolder, place, "blobs", digest))) === digest;
  }

  async writeBlob(place: string, digest: string, file: string, bytes: number): Promise<void> {
    const key = this.key(imagesFolder, place, "blobs", digest);
    const sha256 = digest.replace("sha256:", "");
    await this.put(key, "application/octet-stream", createReadStream(file), { bytes, sha256, checksum: digest });
  }

  async writeManifest(place: string, manifest: Manifest, references: readonly string[]): Promise<void> {
    const { mediaType, digest, content } = manifest;
    for (const reference of references.length === 0 ? [digest] : references) {
      const key = this.key(imagesFolder, place, "manifests", reference);
      await this.put(key, mediaType, content, {
        bytes: content.length,
        sha256: digest.replace("sha256:", ""),
        checksum: digest,
      });
    }
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  private key(...parts: readonly string[]): string {
    return [this.prefix, ...parts].filter((part) => part !== "").join("/");
  }

  private async put(
    key: string,
    type: string,
    body: Buffer | ReturnType<typeof createReadStream>,
    facts: { readonly bytes: number; readonly sha256: string; readonly checksum: string },
  ): Promise<void> {
    await this.s3.send(
      new PutObjectCommand({
        Bucket: this.bucket,
        Key: key,
        Body: body,
        ContentLength: facts.bytes,
        ContentType: type,
        ChecksumSHA256: Buffer.from(facts.sha256, "hex").toString("base64"),
        Metadata: { [checksumKey]: facts.checksum },
      }),
    );
  }

  /** Checksum of an object that this command uploaded; undefined: no such object. */
  private async checksumOf(key: string): Promise<string | undefined> {
    try {
      const { Metadata } = await this.s3.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
      return Metadata?.[checksumKey];
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
      throw error;
    }
  }
}
