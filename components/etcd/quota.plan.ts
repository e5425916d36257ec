/** Quota of etcd's database, in bytes. */

import type { DiskSpec } from "../settings/fields";

const GiB = 2 ** 30;

/** Recommended maximum of etcd's maintainers. */
export const maxQuotaBytes = 8 * GiB;

/** etcd's default. */
const etcdDefaultQuotaBytes = 2 * GiB;

/**
 * Number of databases that must fit on the volume: a snapshot and a defragmentation each need a copy, and a restore keeps
 * the previous data.
 */
export const databasesOnVolume = 3;

/** Largest database that fits on a volume. */
export function quotaOnVolume({ sizeGiB }: Pick<DiskSpec, "sizeGiB">): number {
  return Math.floor((sizeGiB * GiB) / databasesOnVolume);
}

/** Bounds of the quota, in bytes. Within them, a machine's quota follows from the size of its volume at the start of etcd. */
export interface QuotaRange {
  readonly least: number;
  readonly most: number;
}

/**
 * Bounds of a cluster's quota.
 * @param setting bytes in the settings; undefined: a third of the volume, 2 to 8 GiB
 * @param scaleBytes least quota of the cluster's scale
 */
export function quotaRange(setting: number | undefined, scaleBytes: number): QuotaRange {
  if (setting !== undefined) return { least: setting, most: setting };
  return { least: Math.max(etcdDefaultQuotaBytes, scaleBytes), most: maxQuotaBytes };
}

/** Quota on a volume. */
export function quotaBytes(volume: Pick<DiskSpec, "sizeGiB">, { least, most }: QuotaRange): number {
  return Math.min(most, Math.max(least, quotaOnVolume(volume)));
}
