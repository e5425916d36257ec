/** Names of what is in the backups bucket. Members write and read the same names: files/lib of the node. */

/** Every backup, the first of each hour, and the first of each day: each kept for its own time. */
export const backupTiers = ["all", "hourly", "daily"] as const;

/** A class of backups that are kept equally long. */
export type BackupTier = (typeof backupTiers)[number];

/** What a backup's name says of it. */
export interface BackupKey {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly tier: BackupTier;
  /** When the snapshot was taken, to the second. */
  readonly taken: Date;
  /** Generation of the data: 1, and one more for each restore. */
  readonly generation: number;
  /** etcd's revision of the snapshot. */
  readonly revision: number;
  /** Letter of the member that made it. */
  readonly member: string;
}

/** Prefix of all backups of a cluster. */
export const backupsPrefix = (cluster: string): string => `${cluster}/backups/`;

/** Prefix of a cluster's backups of one tier. */
export const tierPrefix = (cluster: string, tier: BackupTier): string => `${backupsPrefix(cluster)}${tier}/`;

/** Prefix of files that were brought from outside to be restored. */
export const restoresPrefix = (cluster: string): string => `${cluster}/restores/`;

/** Ending of everything that can be restored: a snapshot of etcd, compressed with gzip, which every distribution has. */
export const backupEnding = ".db.gz";

const pattern =
  /^([a-z][a-z0-9-]*)\/backups\/(all|hourly|daily)\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-g(\d+)-r(\d+)-([a-e])\.db\.gz$/;

/** Reads a backup's key; undefined for any other name. */
export function parseBackupKey(key: string): BackupKey | undefined {
  const match = pattern.exec(key);
  if (match === null) return undefined;
  const [, cluster = "", tier = "", year, month, day, hour, minute, second, generation, revision, member = ""] = match;
  const taken = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // A 13th month has no date, and the 30th of February would silently be another day.
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

/** The key of a backup. */
export function backupKey({ cluster, tier, taken, generation, revision, member }: BackupKey): string {
  return `${tierPrefix(cluster, tier)}${stamp(taken)}-g${generation}-r${revision}-${member}${backupEnding}`;
}

/** `20261121T150000Z` */
const stamp = (time: Date): string => `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

/** Cluster of a key that can be restored: a backup, or a file that was brought from outside; undefined for others. */
export function clusterOfSnapshot(key: string): string | undefined {
  return parseBackupKey(key)?.cluster ?? /^([a-z][a-z0-9-]*)\/restores\/[A-Za-z0-9][\w.-]*\.db\.gz$/.exec(key)?.[1];
}

/** How long what was brought from outside is kept; days. A restore that was ordered is over long before. */
const restoresDays = 30;

/** Which objects go by themselves after how many days: each tier of backups, and what was brought from outside. */
export function backupExpiry(
  cluster: string,
  retention: Readonly<Record<BackupTier, number>>,
): readonly { readonly prefix: string; readonly days: number }[] {
  return [
    ...backupTiers.map((tier) => ({ prefix: tierPrefix(cluster, tier), days: retention[tier] })),
    { prefix: restoresPrefix(cluster), days: restoresDays },
  ];
}
