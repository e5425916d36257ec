/** Keys of the objects in the backups bucket. The shell library of the members (components/node/files/lib) uses the same keys. */

/** Every backup, the first of each hour, and the first of each day; each tier has its own retention. */
export const backupTiers = ["all", "hourly", "daily"] as const;

export type BackupTier = (typeof backupTiers)[number];

/** Parts of a backup's object key. */
export interface BackupKey {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly tier: BackupTier;
  /** Time of the snapshot, to the second. */
  readonly taken: Date;
  /** Generation of the data: 1, then one more for each restore. */
  readonly generation: number;
  /** etcd's revision of the snapshot. */
  readonly revision: number;
  /** Letter of the member that made the backup. */
  readonly member: string;
}

/** Prefix of all objects of a cluster. */
export const clusterPrefix = (cluster: string): string => `${cluster}/`;

/** Key of the marker of a formed cluster; restores append `-g<generation>`. */
export const createdMarker = (cluster: string): string => `${clusterPrefix(cluster)}created`;

/** Prefix of all backups of a cluster. */
export const backupsPrefix = (cluster: string): string => `${clusterPrefix(cluster)}backups/`;

/** Prefix of a cluster's backups of one tier. */
export const tierPrefix = (cluster: string, tier: BackupTier): string => `${backupsPrefix(cluster)}${tier}/`;

/** Prefix of snapshots that were imported to be restored. */
export const restoresPrefix = (cluster: string): string => `${clusterPrefix(cluster)}restores/`;

/** Ending of all snapshots: gzip, because every distribution has it. */
export const backupEnding = ".db.gz";

const pattern =
  /^([a-z][a-z0-9-]*)\/backups\/(all|hourly|daily)\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-g(\d+)-r(\d+)-([a-e])\.db\.gz$/;

/** Parses the object key of a backup; undefined for any other key. */
export function parseBackupKey(key: string): BackupKey | undefined {
  const match = pattern.exec(key);
  if (match === null) return undefined;
  const [, cluster = "", tier = "", year, month, day, hour, minute, second, generation, revision, member = ""] = match;
  const taken = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date rejects month 13, but reads February 30 as a day in March.
  if (Number.isNaN(taken.getTime()) || stamp(taken) !== key.split("/")[3]?.slice(0, 16)) return undefined;
  return {
    cluster,
    tier: tier as BackupTier,
    taken,
    generation: Number(generation),
    revision: Number(revision),
    member,
  };
}

export function backupKey({ cluster, tier, taken, generation, revision, member }: BackupKey): string {
  return `${tierPrefix(cluster, tier)}${stamp(taken)}-g${generation}-r${revision}-${member}${backupEnding}`;
}

/** `20261121T150000Z` */
const stamp = (time: Date): string => `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

/** Cluster of a backup or of an imported snapshot; undefined for other keys. */
export function clusterOfSnapshot(key: string): string | undefined {
  return parseBackupKey(key)?.cluster ?? /^([a-z][a-z0-9-]*)\/restores\/[A-Za-z0-9][\w.-]*\.db\.gz$/.exec(key)?.[1];
}

/** Retention of imported snapshots, in days; a restore takes minutes. */
const restoresDays = 30;

/** Expiry rules of the bucket: per backup tier, and for imported snapshots. */
export function backupExpiry(
  cluster: string,
  retention: Readonly<Record<BackupTier, number>>,
): readonly { readonly prefix: string; readonly days: number }[] {
  return [
    ...backupTiers.map((tier) => ({ prefix: tierPrefix(cluster, tier), days: retention[tier] })),
    { prefix: restoresPrefix(cluster), days: restoresDays },
  ];
}
