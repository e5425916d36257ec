/** How large etcd's database may become. */

import type { DiskSpec } from "../clusterSpec";

const GiB = 2 ** 30;

/** etcd's maintainers recommend no more than 8 GiB. */
export const largestQuotaBytes = 8 * GiB;

/** etcd's own default. */
const usualQuotaBytes = 2 * GiB;

/**
 * How often the database must fit on its volume: a snapshot and a defragmentation each need as much again, and data that a
 * restore moves aside stays there.
 */
export const databasesOnVolume = 3;

/** Bytes of the largest database that a volume has room for. */
export function quotaOnVolume({ sizeGiB }: Pick<DiskSpec, "sizeGiB">): number {
  return Math.floor((sizeGiB * GiB) / databasesOnVolume);
}

/** What the volume has room for, from 2 GiB (etcd's default) to 8 GiB. */
export function defaultQuotaBytes(volume: Pick<DiskSpec, "sizeGiB">): number {
  return Math.min(largestQuotaBytes, Math.max(usualQuotaBytes, quotaOnVolume(volume)));
}
