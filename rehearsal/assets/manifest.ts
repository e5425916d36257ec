import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Regular file: bytes, modification time in ms, SHA-256 in hex. */
export type FileEntry = readonly [size: number, mtimeMs: number, sha256: string];

/** Contents of a finished build: regular files, and symbolic links with their targets, by relative path. */
export interface Manifest {
  readonly files: Readonly<Record<string, FileEntry>>;
  readonly links: Readonly<Record<string, string>>;
}

/** Manifest in a file. @throws if there is none */
export const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, "utf8")) as Manifest;

/** SHA-256 of a file's content, in hex. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  // Reading is faster than streaming for small files, and a root tree has thousands.
  if (statSync(path).size < 1 << 20) return hash.update(readFileSync(path)).digest("hex");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

/** Manifest of a folder, without devices, sockets and empty folders. */
export async function createManifest(directory: string): Promise<Manifest> {
  const files: Record<string, FileEntry> = {};
  const links: Record<string, string> = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const relative = path.slice(directory.length + 1);
    if (entry.isSymbolicLink()) links[relative] = readlinkSync(path);
    else if (entry.isFile()) {
      const { size, mtimeMs } = statSync(path);
      files[relative] = [size, mtimeMs, await fileSha256(path)];
    }
  }
  return { files, links };
}

/** First path whose size, time or link target differs from the manifest; undefined: none. */
export function firstChanged(directory: string, manifest: Manifest): string | undefined {
  for (const [path, [size, mtimeMs]] of Object.entries(manifest.files)) {
    const found = lstatSync(join(directory, path), { throwIfNoEntry: false });
    if (found === undefined || !found.isFile() || found.size !== size || found.mtimeMs !== mtimeMs) return path;
  }
  for (const [path, target] of Object.entries(manifest.links)) {
    const found = lstatSync(join(directory, path), { throwIfNoEntry: false });
    if (found === undefined || !found.isSymbolicLink() || readlinkSync(join(directory, path)) !== target) return path;
  }
  return undefined;
}

/** Like `firstChanged`, but also compares the content of every file. */
export async function firstCorrupt(directory: string, manifest: Manifest): Promise<string | undefined> {
  const changed = firstChanged(directory, manifest);
  if (changed !== undefined) return changed;
  for (const [path, [, , sha256]] of Object.entries(manifest.files)) {
    if ((await fileSha256(join(directory, path))) !== sha256) return path;
  }
  return undefined;
}
