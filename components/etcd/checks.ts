import { partitionOf } from "../aws/partition.plan";
import type { ClusterSpec } from "../clusterSpec";
import { clusterOfSnapshot, parseBackupKey } from "./backupTiers.plan";
import { databasesOnVolume, quotaOnVolume } from "./quota.plan";
import { longestPause } from "./schedule.plan";
import type { Finding, SettingPath } from "../settings/problems";
import { regionPath } from "../settings/problems";

/** Backups, restores and maintenance of etcd, and who is told of alarms. */

const hour = 60;
const day = 24 * hour;

/** A day without a backup would leave the daily tier with a hole. */
const longestBackupPause = day;

/** CloudWatch looks back seven days at most: an alarm about silence needs a little more than one pause. */
const longestDrillPause = 6 * day;

const backupsPath: SettingPath = ["etcd", "backups"];

export function* checkEtcd(spec: ClusterSpec): Iterable<Finding> {
  yield* checkSchedules(spec);
  yield* checkRetention(spec);
  yield* checkCopy(spec);
  yield* checkRestore(spec);
  yield* checkQuota(spec);
  yield* checkAlarms(spec);
}

function* checkSchedules({ etcd: { backups } }: ClusterSpec): Iterable<Finding> {
  const all = [
    { path: [...backupsPath, "schedule"], schedule: backups.schedule, longest: longestBackupPause, most: "a day" },
    {
      path: [...backupsPath, "drill", "schedule"],
      schedule: backups.drill.schedule,
      longest: longestDrillPause,
      most: "six days",
    },
  ];
  for (const { path, schedule, longest, most } of all) {
    const pause = longestPause(schedule);
    if (pause <= longest) continue;
    const message = `leaves ${duration(pause)} between two runs; write one with ${most} at most, such as 02:30`;
    yield { path, found: schedule, message };
  }
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
    yield {
      path: [...backupsPath, "retention", tier],
      found: retention[tier],
      message: `is shorter than ${below} (${retention[below]} days), which has these backups, too; write at least ${retention[below]}`,
      involves: [[...backupsPath, "retention", below]],
    };
  }
  if (objectLock === undefined) return;
  if (objectLock.days > retention.daily) {
    yield {
      path: [...backupsPath, "objectLock", "days"],
      found: objectLock.days,
      message: `locks backups for longer than any is kept (${retention.daily} days); write at most ${retention.daily}, or a longer retention.daily`,
      involves: [[...backupsPath, "retention", "daily"]],
    };
  }
  if (objectLock.mode === "compliance" && !protect) {
    yield {
      path: [...backupsPath, "objectLock", "mode"],
      found: objectLock.mode,
      message:
        "lets nobody empty the bucket, so that the stack could not be destroyed; write governance, or protect: true",
      involves: [["protect"]],
    };
  }
}

function* checkCopy({ region, etcd: { backups } }: ClusterSpec): Iterable<Finding> {
  const other = backups.copyTo?.region;
  if (other === undefined) return;
  const path = [...backupsPath, "copyTo", "region"];
  if (other === region) {
    yield { path, found: other, message: "is the cluster's own region; write another", involves: [regionPath] };
  } else if (partitionOf(other) !== partitionOf(region)) {
    const message = `is in another partition of AWS than ${region}, and nothing is copied between them; write a region of the same`;
    yield { path, found: other, message, involves: [regionPath] };
  }
}

function* checkRestore({ name, etcd: { restore } }: ClusterSpec): Iterable<Finding> {
  if (restore === undefined) return;
  const { generation, snapshot } = restore;
  const path: SettingPath = ["etcd", "restore", "snapshot"];
  const cluster = clusterOfSnapshot(snapshot);
  if (cluster !== name) {
    const message = `is a backup of cluster ${cluster ?? "?"}, not of ${name}; write one of its own, or bring it in as a file: npm run etcd -- restore`;
    yield { path, found: snapshot, message, involves: [["name"]] };
  }
  const made = parseBackupKey(snapshot)?.generation;
  if (made !== undefined && made >= generation) {
    yield {
      path: ["etcd", "restore", "generation"],
      found: generation,
      message: `is not above that of the backup (${made}), so that members would hold it for done; write at least ${made + 1}`,
      involves: [path],
    };
  }
}

function* checkQuota({ etcd: { volume, maintenance } }: ClusterSpec): Iterable<Finding> {
  const most = quotaOnVolume(volume);
  // Ten GiB, the smallest volume, hold the default.
  if (maintenance.quotaBytes <= most) return;
  yield {
    path: ["etcd", "maintenance", "quotaBytes"],
    found: maintenance.quotaBytes,
    message: `does not fit ${databasesOnVolume} times on the volume, as defragmenting and restoring need; write at most ${most}, or a larger volume.sizeGiB`,
    involves: [["etcd", "volume", "sizeGiB"]],
  };
}

function* checkAlarms({ region, alarms }: ClusterSpec): Iterable<Finding> {
  const { email, topicArn } = alarms;
  const seen = new Set<string>();
  for (const [index, address] of email.entries()) {
    if (seen.has(address))
      yield { path: ["alarms", "email", index], found: address, message: "is there twice; leave one out" };
    seen.add(address);
  }
  if (topicArn === undefined) return;
  const topicRegion = topicArn.split(":")[3] ?? "";
  if (topicRegion !== region) {
    const message = `is in ${topicRegion}, and alarms reach topics of their own region alone; write a topic in ${region}`;
    yield { path: ["alarms", "topicArn"], found: topicArn, message, involves: [regionPath] };
  }
  if (email.length > 0) {
    yield {
      path: ["alarms", "email"],
      found: email,
      message: "goes with the stack's own topic; subscribe the addresses to alarms.topicArn, or leave that out",
      involves: [["alarms", "topicArn"]],
    };
  }
}
