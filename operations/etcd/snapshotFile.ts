/** Snapshots of etcd as files on this machine. */

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

/** Pages of etcd's database are a multiple of this; the SHA-256 of all of them follows the last one. */
const sector = 512;
const hashBytes = 32;

export interface SnapshotFile {
  /** Whether it is compressed with gzip already. */
  readonly compressed: boolean;
  /** Bytes of the database in it. */
  readonly size: number;
}

/**
 * Looks whether a file is a whole snapshot, as `etcdctl snapshot save` writes it, compressed or not.
 * @throws Error with what is wrong with it.
 */
export async function inspectSnapshot(path: string): Promise<SnapshotFile> {
  const compressed = await isGzip(path);
  const source = createReadStream(path);
  const { size, whole } = await (
    compressed ? pipeline(source, createGunzip(), endsWithHash) : pipeline(source, endsWithHash)
  ).catch((error: unknown) => {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });
  const database = size - hashBytes;
  if (database <= 0 || database % sector !== 0) {
    throw new Error(`${path} is no snapshot of etcd, or a part of one: ${size} bytes`);
  }
  if (!whole) throw new Error(`${path} is damaged: it does not end with the SHA-256 of its content`);
  return { compressed, size: database };
}

/** Whether what is read ends with the SHA-256 of all before, and its length. */
async function endsWithHash(chunks: AsyncIterable<Buffer>): Promise<{ size: number; whole: boolean }> {
  const hash = createHash("sha256");
  let size = 0;
  // The last 32 bytes are no part of what is hashed, and only the end tells which they are.
  let tail = Buffer.alloc(0);
  for await (const chunk of chunks) {
    size += chunk.length;
    const all = Buffer.concat([tail, chunk]);
    const hashed = Math.max(all.length - hashBytes, 0);
    hash.update(all.subarray(0, hashed));
    tail = all.subarray(hashed);
  }
  return { size, whole: hash.digest().equals(tail) };
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

/** Compresses a file. */
export async function compress(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createGzip({ level: 6 }), createWriteStream(to, { mode: 0o600 }));
}

/** Bytes and SHA-256 (hex) of a file. */
export async function measure(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return { bytes: (await stat(path)).size, sha256: hash.digest("hex") };
}
