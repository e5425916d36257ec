/** Requests to the backups bucket. */
import { createReadStream } from "node:fs";

import { HeadObjectCommand, PutObjectCommand, S3ServiceException, paginateListObjectsV2 } from "@aws-sdk/client-s3";

import { backupsPrefix } from "../../components/etcd/backupTiers.plan";
import type { StoredObject } from "./backups";
import type { Target } from "./target";

/** All objects under the backup prefix of the cluster. */
export async function fetchBackupObjects({ s3, bucket, spec }: Target): Promise<readonly StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const page of paginateListObjectsV2(
    { client: s3 },
    { Bucket: bucket, Prefix: backupsPrefix(spec.name) },
  )) {
    for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) objects.push({ key: Key, size: Size ?? 0 });
  }
  return objects;
}

/** Metadata of an object; undefined if the object does not exist. */
export async function fetchMetadata(
  { s3, bucket }: Target,
  key: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return Metadata ?? {};
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
    throw error;
  }
}

/** Uploads a file under a new key, with the metadata that members verify before they restore it. */
export async function uploadFile(
  { s3, bucket, spec }: Target,
  key: string,
  file: { readonly path: string; readonly bytes: number; readonly sha256: string },
): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: createReadStream(file.path),
      ContentLength: file.bytes,
      ContentType: "application/gzip",
      ChecksumSHA256: Buffer.from(file.sha256, "hex").toString("base64"),
      IfNoneMatch: "*",
      Metadata: { cluster: spec.name, sha256: file.sha256 },
    }),
  );
}
