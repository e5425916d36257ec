import type { PlannedAlarm } from "../alarms/metricAlarm";
import type { ClusterSpec } from "../clusterSpec";
import { etcdMembers } from "./members.plan";
import { longestInterval } from "./schedule.plan";

const minute = 60;
const hour = 3600;

/** Accepted delay of a backup in seconds: a change of leaders, and the duration of a large backup. */
const backupDelay = 30 * minute;

/** Accepted delay of a restore test, in hours. */
const drillDelayHours = 2;

/** Percentage of the database quota above which an operator must act. */
const quotaAlarmPercent = 80;

/** Minutes for which a member may be silent or without a leader; replacing an instance takes three to five. */
const absentMinutes = 10;

/**
 * Accepted offset from AWS's clock in seconds; `check_clock` of lib/preflight-checks.sh enforces the same at boot. AWS rejects requests
 * that are off by five minutes (Signature Version 4), this metric among them. etcd warns from one second on, which is the
 * resolution of the metric.
 */
export const clockTolerance = 5;

/** Minutes for which a clock must be off: the time service may still be correcting it. */
const clockMinutes = 5;

/** Alarms on etcd; docs/etcd.md explains each under its name. Members publish every minute, backups and restore tests once each. */
export function etcdAlarms(spec: ClusterSpec): readonly PlannedAlarm[] {
  const { backups } = spec.etcd;
  const members = etcdMembers(spec).map(({ name }) => name);
  // The alarms on single members cover missing data.
  const ofAnyMember = { member: members, breaches: "above", missingData: "notBreaching" } as const;
  return [
    {
      name: "backup-age",
      description: "etcd: the newest backup is too old, or its age is not reported",
      metric: "BackupAgeSeconds",
      breaches: "above",
      threshold: longestInterval(backups.schedule) * minute + backupDelay,
      period: 5 * minute,
      periods: 3,
      missingData: "breaching",
    },
    {
      name: "drill-failed",
      description: "etcd: the restore test of the newest backup failed",
      metric: "DrillSuccess",
      breaches: "below",
      threshold: 1,
      period: 5 * minute,
      periods: 1,
      // The result holds until the next test.
      missingData: "ignore",
    },
    {
      name: "drill-overdue",
      description: "etcd: no restore test has succeeded for longer than its schedule allows",
      metric: "DrillSuccess",
      breaches: "below",
      statistic: "Maximum",
      threshold: 1,
      period: hour,
      periods: Math.ceil(longestInterval(backups.drill.schedule) / 60) + drillDelayHours,
      missingData: "breaching",
    },
    ...members.map((member): PlannedAlarm => ({
      name: `member-${member}`,
      description: `etcd: member ${member} publishes no metrics, or has no leader`,
      metric: "EtcdHasLeader",
      member,
      breaches: "below",
      threshold: 1,
      period: minute,
      periods: absentMinutes,
      missingData: "breaching",
    })),
    {
      ...ofAnyMember,
      name: "database-size",
      description: "etcd: the database is close to its quota, at which etcd rejects writes",
      // Not its size: a member has the quota of its last start, and its volume may have grown since.
      metric: "DatabaseQuotaUsed",
      threshold: quotaAlarmPercent,
      period: 5 * minute,
      periods: 3,
    },
    {
      ...ofAnyMember,
      name: "raised",
      description: "etcd: etcd raised an alarm, NOSPACE or CORRUPT",
      metric: "EtcdAlarms",
      threshold: 0,
      period: minute,
      periods: 1,
    },
    {
      ...ofAnyMember,
      name: "restore-refused",
      description: "etcd: a member refuses the restore in the settings and serves its current data",
      metric: "RestoreRefused",
      threshold: 0,
      period: minute,
      periods: 1,
    },
    {
      ...ofAnyMember,
      name: "clock",
      description: "etcd: the clock of a member is off; certificates and AWS signatures need the correct time",
      metric: "ClockOffsetSeconds",
      threshold: clockTolerance,
      period: minute,
      periods: clockMinutes,
    },
  ];
}
