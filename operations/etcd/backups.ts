/** Backups as people want to see them: each once, newest first, with the tiers that keep it. Pure. */

import { alignColumns } from "../../cli/columns";
import { backupTiers, parseBackupKey } from "../../components/etcd/backupTiers.plan";
import type { BackupTier } from "../../components/etcd/backupTiers.plan";

/** An object as S3 lists it. */
export interface StoredObject {
  readonly key: string;
  /** Bytes, compressed. */
  readonly size: number;
}

/** A backup, in however many tiers. */
export interface Backup {
  readonly taken: Date;
  readonly generation: number;
  readonly revision: number;
  readonly member: string;
  /** Bytes, compressed. */
  readonly size: number;
  /** From that which is kept shortest to that which is kept longest. */
  readonly tiers: readonly BackupTier[];
  /** Key in the tier that is kept longest. */
  readonly key: string;
}

/** Newest first; what is not called like a backup is left out. */
export function listBackups(objects: readonly StoredObject[]): readonly Backup[] {
  const byName = new Map<string, Backup>();
  const found = objects.flatMap(({ key, size }) => {
    const parsed = parseBackupKey(key);
    return parsed === undefined ? [] : [{ ...parsed, key, size }];
  });
  found.sort((one, other) => backupTiers.indexOf(one.tier) - backupTiers.indexOf(other.tier));
  for (const { key, size, tier, taken, generation, revision, member } of found) {
    const name = key.slice(key.lastIndexOf("/") + 1);
    const tiers = [...(byName.get(name)?.tiers ?? []), tier];
    byName.set(name, { taken, generation, revision, member, size, tiers, key });
  }
  return [...byName.values()].sort((one, other) => other.taken.getTime() - one.taken.getTime());
}

/** The newest backup that a tier keeps. */
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

/** The newest backups as a table, and what was left out of it. */
export function formatBackups(backups: readonly Backup[], now: Date, most = Infinity): readonly string[] {
  if (backups.length === 0) return ["There is no backup."];
  const shown = backups.slice(0, most);
  const rows = shown.map(({ taken, generation, revision, size, tiers, key }) => [
    describeTime(taken),
    describeAge(taken, now),
    String(generation),
    String(revision),
    describeSize(size),
    tiers.join(" "),
    key,
  ]);
  const left = backups.length - shown.length;
  return [
    ...alignColumns([["Taken", "Age", "Generation", "Revision", "Size", "Kept in", "Key"], ...rows]),
    ...(left > 0 ? [`… and ${left} older; --all shows them`] : []),
  ];
}
