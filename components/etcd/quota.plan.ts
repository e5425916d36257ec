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

/** Largest database that fits on a volume, from 2 to 8 GiB. */
export function defaultQuotaBytes(volume: Pick<DiskSpec, "sizeGiB">): number {
  return Math.min(maxQuotaBytes, Math.max(etcdDefaultQuotaBytes, quotaOnVolume(volume)));
}
