import { partitionOf } from "../aws/partition.plan";
import type { ClusterSpec } from "../clusterSpec";
import type { Finding, SettingPath } from "../settings/problems";
import { finding, regionPath } from "../settings/problems";
import { clusterOfSnapshot, parseBackupKey } from "./backupTiers.plan";
import { isMigrating } from "./migration.plan";
import { databasesOnVolume, quotaOnVolume } from "./quota.plan";
import { longestInterval } from "./schedule.plan";

const hour = 60;
const day = 24 * hour;

/** A longer pause would leave a gap in the daily tier, in minutes. */
const maxBackupPause = day;

/** An alarm can evaluate the last seven days; the alarm for a missing restore test needs more than one pause. */
const maxRestoreTestPause = 6 * day;

const backupsPath: SettingPath = ["etcd", "backups"];

/** Backups, restores and maintenance of etcd. */
export function* checkEtcd(spec: ClusterSpec): Iterable<Finding> {
  const { backups } = spec.etcd;
  yield* checkSchedule([...backupsPath, "schedule"], backups.schedule, maxBackupPause, "a day");
  yield* checkSchedule([...backupsPath, "drill", "schedule"], backups.drill.schedule, maxRestoreTestPause, "six days");
  yield* checkRetention(spec);
  yield* checkCopy(spec);
  yield* checkRestore(spec);
  yield* checkQuota(spec);
  yield* checkMigration(spec);
}

function* checkSchedule(path: SettingPath, schedule: string, max: number, maxText: string): Iterable<Finding> {
  const pause = longestInterval(schedule);
  if (pause <= max) return;
  yield finding(path, `up to ${duration(pause)} between runs; write a schedule with at most ${maxText}, such as 02:30`);
}

function duration(minutes: number): string {
  const days = minutes / day;
  return days >= 2 ? `${Math.round(days * 10) / 10} days` : `${Math.round((minutes / hour) * 10) / 10} hours`;
}

function* checkRetention({ etcd: { backups }, protect }: ClusterSpec): Iterable<Finding> {
  const { retention, objectLock } = backups;
  const tiers = [
    ["hourly", "all"],
    ["daily", "hourly"],
  ] as const;
  for (const [tier, below] of tiers) {
    if (retention[tier] >= retention[below]) continue;
    yield finding(
      [...backupsPath, "retention", tier],
      `shorter than ${below} (${retention[below]} days), which includes these backups; write at least ${retention[below]}`,
      [[...backupsPath, "retention", below]],
    );
  }
  if (objectLock === undefined) return;
  if (objectLock.days > retention.daily) {
    yield finding(
      [...backupsPath, "objectLock", "days"],
      `longer than any backup is kept (${retention.daily} days); write at most ${retention.daily}, or increase retention.daily`,
      [[...backupsPath, "retention", "daily"]],
    );
  }
  if (objectLock.mode === "compliance" && !protect) {
    yield finding(
      [...backupsPath, "objectLock", "mode"],
      "the bucket could not be emptied, and the stack not be destroyed; write governance, or protect: true",
      [["protect"]],
    );
  }
}

function* checkCopy({ region, etcd: { backups } }: ClusterSpec): Iterable<Finding> {
  const other = backups.copyTo?.region;
  if (other === undefined) return;
  const path = [...backupsPath, "copyTo", "region"];
  if (other === region) {
    yield finding(path, "the cluster's own region; write another", [regionPath]);
  } else if (partitionOf(other) !== partitionOf(region)) {
    const message = `in another AWS partition than ${region}, and S3 does not replicate between partitions; write a region in the same partition`;
    yield finding(path, message, [regionPath]);
  }
}

function* checkRestore({ name, etcd: { restore } }: ClusterSpec): Iterable<Finding> {
  if (restore === undefined) return;
  const { generation, snapshot } = restore;
  const path: SettingPath = ["etcd", "restore", "snapshot"];
  const cluster = clusterOfSnapshot(snapshot);
  if (cluster !== name) {
    const message = `a backup of cluster ${cluster ?? "?"}, not of ${name}; write one of ${name}, or import the other as a file with npx holdfast etcd restore`;
    yield finding(path, message, [["name"]]);
  }
  const ofBackup = parseBackupKey(snapshot)?.generation;
  if (ofBackup !== undefined && ofBackup >= generation) {
    const message = `not above the generation of the backup (${ofBackup}), so members would ignore the restore; write at least ${ofBackup + 1}`;
    yield finding(["etcd", "restore", "generation"], message, [path]);
  }
}

function* checkQuota({ etcd: { volume, maintenance } }: ClusterSpec): Iterable<Finding> {
  const max = quotaOnVolume(volume);
  if (maintenance.quotaBytes <= max) return;
  yield finding(
    ["etcd", "maintenance", "quotaBytes"],
    `must fit ${databasesOnVolume} times on the volume, for defragmentation and restores; write at most ${max}, or increase volume.sizeGiB`,
    [["etcd", "volume", "sizeGiB"]],
  );
}

/**
 * Each member moves from the control-plane machine with its letter. An etcd machine takes part in a rotation only once its member
 * has moved, and would start with authorities that the other members no longer trust.
 */
function* checkMigration(spec: ClusterSpec): Iterable<Finding> {
  const { controlPlane, etcd, pki } = spec;
  if (etcd.topology !== "external" || !isMigrating(spec)) return;
  const migrateFrom: SettingPath = ["etcd", "migrateFrom"];
  if (etcd.members !== controlPlane.members) {
    const message = `members move from the control plane's ${controlPlane.members} machines to as many etcd machines; write ${controlPlane.members}, and change it when migrateFrom is removed`;
    yield finding(["etcd", "members"], message, [["controlPlane", "members"], migrateFrom]);
  }
  if (pki.authorities.etcd.stage !== "drop") {
    const message =
      "etcd machines take part in a rotation only after their members have moved; complete the rotation before the migration, or start it when migrateFrom is removed";
    yield finding(["pki", "authorities", "etcd", "stage"], message, [migrateFrom]);
  }
}
