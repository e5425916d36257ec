/** Moves results of build steps from one cache to another, as one tar file. */
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "../command";
import { withLock } from "./lock";
import { type Manifest, firstChanged, firstCorrupt, readManifest } from "./manifest";
import { type Step, buildingFolder, lockFile, resultName } from "./store";

/** Owners by number and extended attributes belong to a machine's root tree; pax headers keep times to the nanosecond. */
const tarOptions = ["--numeric-owner", "--xattrs", "--xattrs-include=*"];

/**
 * Writes results to a tar file. Its suffix decides the compression: `.tar`, `.tar.gz`, `.tar.zst`.
 * @param directory cache with the result of each step
 */
export async function exportResults(steps: readonly Step[], directory: string, file: string): Promise<void> {
  const names = steps.map(resultName).flatMap((name) => [`${name}.json`, name]);
  const partial = `${file}.partial`;
  const compression = compressionOf(file);
  try {
    await build(["tar", "--format=pax", ...tarOptions, ...compression, "-C", directory, "-cf", partial, ...names]);
    renameSync(partial, file);
  } finally {
    rmSync(partial, { force: true });
  }
}

/** Options of tar for the suffix of a file. @throws RangeError for a suffix without a known program */
export function compressionOf(file: string): readonly string[] {
  if (file.endsWith(".tar")) return [];
  if (/\.(tar\.gz|tgz)$/.test(file)) return ["--use-compress-program", "gzip --fast"];
  if (file.endsWith(".tar.zst")) return ["--use-compress-program", "zstd --threads=0"];
  throw new RangeError(`${file} must end with .tar, .tar.gz or .tar.zst`);
}

export interface Imported {
  /** Names of results that the archive added. */
  readonly added: readonly string[];
  /** Names of results that were present and intact. */
  readonly present: readonly string[];
}

/**
 * Adds the results of an archive to a cache, after it has compared the checksum of each file with the manifests in the archive.
 * Nothing is added if one of them differs. The archive must come from a trusted machine: its programs run as root.
 */
export async function importResults(file: string, directory: string, waiting: () => void): Promise<Imported> {
  mkdirSync(directory, { recursive: true });
  return withLock(
    lockFile(directory),
    async () => {
      const building = buildingFolder(directory);
      rmSync(building, { recursive: true, force: true });
      const unpacked = join(building, "import");
      mkdirSync(unpacked, { recursive: true });
      try {
        await build(["tar", ...tarOptions, "-C", unpacked, "-xpf", file]);
        const names = await verifiedNames(file, unpacked);
        const added = names.filter((name) => !isIntact(directory, name));
        for (const name of added) {
          rmSync(join(directory, `${name}.json`), { force: true });
          rmSync(join(directory, name), { recursive: true, force: true });
          renameSync(join(unpacked, name), join(directory, name));
          // The manifest validates a result, so it comes last.
          renameSync(join(unpacked, `${name}.json`), join(directory, `${name}.json`));
        }
        return { added, present: names.filter((name) => !added.includes(name)) };
      } finally {
        rmSync(building, { recursive: true, force: true });
      }
    },
    waiting,
  );
}

const manifestOf = (directory: string, name: string): Manifest => readManifest(join(directory, `${name}.json`));

function isIntact(directory: string, name: string): boolean {
  try {
    return firstChanged(join(directory, name), manifestOf(directory, name)) === undefined;
  } catch {
    // Without a readable manifest.
    return false;
  }
}

/** Names of the results in an unpacked archive. @throws if it has other entries, or a file differs from its manifest */
async function verifiedNames(file: string, unpacked: string): Promise<readonly string[]> {
  const entries = readdirSync(unpacked);
  const names = entries.filter((entry) => !entry.endsWith(".json")).sort();
  const foreign = [
    ...names.filter((name) => !/^[a-z0-9-]+-[0-9a-f]{16}$/.test(name) || !entries.includes(`${name}.json`)),
    ...entries.filter((entry) => entry.endsWith(".json") && !names.includes(entry.slice(0, -".json".length))),
  ];
  if (names.length === 0 || foreign.length > 0) {
    throw new Error(`${file} was not written by holdfast assets export${foreign.map((name) => `: ${name}`).join("")}`);
  }
  for (const name of names) {
    const corrupt = await firstCorrupt(join(unpacked, name), manifestOf(unpacked, name));
    if (corrupt !== undefined) throw new Error(`${file} is damaged: ${name}/${corrupt} differs from its checksum`);
  }
  return names;
}
