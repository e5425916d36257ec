/** Local files with etcd snapshots. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

import { messageOf } from "../../cli/program";

/** Database pages are multiples of this many bytes; a SHA-256 of all pages follows the last one. */
const sectorBytes = 512;
const hashBytes = 32;

export interface SnapshotFile {
  /** The file is compressed with gzip. */
  readonly compressed: boolean;
  /** Size of the database in bytes, uncompressed. */
  readonly size: number;
}

/**
 * Checks that a file is a complete snapshot, as `etcdctl snapshot save` writes it, compressed or not.
 * @throws Error with the defect.
 */
export async function inspectSnapshot(path: string): Promise<SnapshotFile> {
  const compressed = await isGzip(path);
  const source = createReadStream(path);
  const { size, intact } = await (
    compressed ? pipeline(source, createGunzip(), verifyHash) : pipeline(source, verifyHash)
  ).catch((error: unknown) => {
    throw new Error(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  const database = size - hashBytes;
  if (database <= 0 || database % sectorBytes !== 0) {
    throw new Error(`${path} is not a complete etcd snapshot: ${size} bytes`);
  }
  if (!intact) throw new Error(`${path} is damaged: it does not end with the SHA-256 of its content`);
  return { compressed, size: database };
}

/** Compares the SHA-256 at the end of a stream with the content before it. */
async function verifyHash(chunks: AsyncIterable<Buffer>): Promise<{ size: number; intact: boolean }> {
  const hash = createHash("sha256");
  let size = 0;
  // Hold back 32 bytes: only the end of the stream shows which bytes are the checksum.
  let tail = Buffer.alloc(0);
  for await (const chunk of chunks) {
    size += chunk.length;
    const all = Buffer.concat([tail, chunk]);
    const hashed = Math.max(all.length - hashBytes, 0);
    hash.update(all.subarray(0, hashed));
    tail = all.subarray(hashed);
  }
  return { size, intact: hash.digest().equals(tail) };
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

export async function compress(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createGzip({ level: 6 }), createWriteStream(to, { mode: 0o600 }));
}

/** Size in bytes and SHA-256 (hex) of a file. */
export async function measure(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return { bytes: (await stat(path)).size, sha256: hash.digest("hex") };
}
