/** Backups in the bucket, and their representation as text. Pure. */
import { alignColumns } from "../../cli/columns";
import { type BackupTier, backupTiers, parseBackupKey } from "../../components/etcd/backupTiers.plan";

/** Object as S3 lists it. */
export interface StoredObject {
  readonly key: string;
  /** Compressed size in bytes. */
  readonly size: number;
}

/** One backup, which can be stored in several tiers. */
export interface Backup {
  readonly taken: Date;
  readonly generation: number;
  readonly revision: number;
  readonly member: string;
  /** Compressed size in bytes. */
  readonly size: number;
  /** Shortest retention first. */
  readonly tiers: readonly BackupTier[];
  /** Key in the tier with the longest retention. */
  readonly key: string;
}

/** Backups among the objects, newest first; ignores objects with other names. */
export function listBackups(objects: readonly StoredObject[]): readonly Backup[] {
  const byName = new Map<string, Backup>();
  const found = objects.flatMap(({ key, size }) => {
    const parsed = parseBackupKey(key);
    return parsed === undefined ? [] : [{ ...parsed, key, size }];
  });
  found.sort((one, other) => backupTiers.indexOf(one.tier) - backupTiers.indexOf(other.tier));
  for (const { tier, ...backup } of found) {
    const name = backup.key.slice(backup.key.lastIndexOf("/") + 1);
    byName.set(name, { ...backup, tiers: [...(byName.get(name)?.tiers ?? []), tier] });
  }
  return [...byName.values()].sort((one, other) => other.taken.getTime() - one.taken.getTime());
}

export function newestInTier(backups: readonly Backup[], tier: BackupTier): Backup | undefined {
  return backups.find(({ tiers }) => tiers.includes(tier));
}

/** `3 min`, `5 h`, `12 d`: rounded down. */
export function describeAge(from: Date, to: Date): string {
  const minutes = Math.floor((to.getTime() - from.getTime()) / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

/** `2026-11-21 15:00:00 UTC` */
export const describeTime = (time: Date): string => `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** `1.5 MiB` */
export function describeSize(bytes: number): string {
  const units = ["KiB", "MiB", "GiB"];
  const power = Math.min(Math.max(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 1), units.length);
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1] ?? ""}`;
}

/** Table of the newest backups, at most `limit`. */
export function formatBackups(backups: readonly Backup[], now: Date, limit = Infinity): readonly string[] {
  if (backups.length === 0) return ["no backups"];
  const shown = backups.slice(0, limit);
  const rows = shown.map(({ taken, generation, revision, size, tiers, key }) => [
    describeTime(taken),
    describeAge(taken, now),
    String(generation),
    String(revision),
    describeSize(size),
    tiers.join(" "),
    key,
  ]);
  const hidden = backups.length - shown.length;
  return [
    ...alignColumns([["Taken", "Age", "Generation", "Revision", "Size", "Tiers", "Key"], ...rows]),
    ...(hidden > 0 ? [`… and ${hidden} older; add --all to list them`] : []),
  ];
}
