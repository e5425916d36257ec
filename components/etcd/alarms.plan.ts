/** Which figures of etcd need a person, and when silence does. */

import type { ClusterSpec } from "../clusterSpec";
import { etcdMembers } from "./members.plan";
import { longestPause } from "./schedule.plan";

/** Something that CloudWatch watches. What each means, and what to do, is in docs/etcd.md under its name. */
export interface PlannedAlarm {
  /** Last part of its name, `<cluster>-etcd-<name>`. */
  readonly name: string;
  /** One sentence for whoever gets the mail. */
  readonly description: string;
  /** A figure of the cluster, of one member, or the highest that any member says. */
  readonly figure:
    | { readonly of: "cluster"; readonly metric: string }
    | { readonly of: "member"; readonly metric: string; readonly member: string }
    | { readonly of: "anyMember"; readonly metric: string; readonly members: readonly string[] };
  /** The lowest or the highest value in a period is compared. */
  readonly statistic: "Minimum" | "Maximum";
  readonly breaches: "above" | "below";
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  /** So many periods in a row have to breach. */
  readonly periods: number;
  /** What a period without any value is: a failure, nothing wrong, or no reason to change one's mind. */
  readonly silence: "breaching" | "notBreaching" | "ignore";
}

const minute = 60;
const hour = 3600;

/** How late a backup may be; it covers a change of leaders and the time that a large database takes. Seconds. */
const backupSlack = 30 * minute;

/** How late a drill may be, in hours. */
const drillSlackHours = 2;

/** Share of the quota from which on someone should look: it leaves room for the time until somebody does. */
const fullShare = 0.8;

/**
 * How long a member may say nothing, or say that it sees no leader; minutes. A machine that is replaced takes three to five on
 * AWS, and nobody has to be told of that.
 */
const absentMinutes = 10;

/**
 * How far a clock may be off AWS's, in seconds: as far as a machine may boot with (`check_clock` of lib/checks.sh). TLS and
 * signatures need one time: from five minutes on AWS refuses requests (Signature Version 4), and with them this figure. etcd
 * warns from one second on, which is the resolution of the dates that the figure comes from.
 */
export const clockTolerance = 5;

/** Minutes for which a clock has to be off: time servers may still be setting it right. */
const clockMinutes = 5;

/** Alarms of a cluster. Members publish their figures every minute; those of backups and drills come with each. */
export function plannedAlarms(spec: ClusterSpec): readonly PlannedAlarm[] {
  const { backups, maintenance } = spec.etcd;
  const members = etcdMembers(spec).map(({ name }) => name);
  return [
    {
      name: "backup-age",
      description: "etcd: the newest backup is too old, or nobody says how old it is",
      figure: { of: "cluster", metric: "BackupAgeSeconds" },
      statistic: "Maximum",
      breaches: "above",
      threshold: longestPause(backups.schedule) * minute + backupSlack,
      period: 5 * minute,
      periods: 3,
      silence: "breaching",
    },
    {
      name: "drill-failed",
      description: "etcd: the newest backup could not be restored in a drill",
      figure: { of: "cluster", metric: "DrillSuccess" },
      statistic: "Minimum",
      breaches: "below",
      threshold: 1,
      period: 5 * minute,
      periods: 1,
      // What a drill has found holds until the next one.
      silence: "ignore",
    },
    {
      name: "drill-overdue",
      description: "etcd: no backup has been restored in a drill for longer than the schedule allows",
      figure: { of: "cluster", metric: "DrillSuccess" },
      statistic: "Maximum",
      breaches: "below",
      threshold: 1,
      period: hour,
      periods: Math.ceil(longestPause(backups.drill.schedule) / 60) + drillSlackHours,
      silence: "breaching",
    },
    ...members.map((member): PlannedAlarm => ({
      name: `member-${member}`,
      description: `etcd: member ${member} is silent, or sees no leader`,
      figure: { of: "member", metric: "EtcdHasLeader", member },
      statistic: "Minimum",
      breaches: "below",
      threshold: 1,
      period: minute,
      periods: absentMinutes,
      silence: "breaching",
    })),
    {
      name: "database-size",
      description: "etcd: the database comes near its quota, at which etcd takes no more writes",
      figure: { of: "anyMember", metric: "DatabaseSizeBytes", members },
      statistic: "Maximum",
      breaches: "above",
      threshold: Math.floor(maintenance.quotaBytes * fullShare),
      period: 5 * minute,
      periods: 3,
      // Silence has the members' own alarms.
      silence: "notBreaching",
    },
    {
      name: "raised",
      description: "etcd: it has raised an alarm itself, NOSPACE or CORRUPT",
      figure: { of: "anyMember", metric: "EtcdAlarms", members },
      statistic: "Maximum",
      breaches: "above",
      threshold: 0,
      period: minute,
      periods: 1,
      silence: "notBreaching",
    },
    {
      name: "restore-refused",
      description: "etcd: a member refuses the restore that the settings order, and serves what it has",
      figure: { of: "anyMember", metric: "RestoreRefused", members },
      statistic: "Maximum",
      breaches: "above",
      threshold: 0,
      period: minute,
      periods: 1,
      silence: "notBreaching",
    },
    {
      name: "clock",
      description: "etcd: the clock of a member's machine is off; certificates and signatures need the right time",
      figure: { of: "anyMember", metric: "ClockOffsetSeconds", members },
      statistic: "Maximum",
      breaches: "above",
      threshold: clockTolerance,
      period: minute,
      periods: clockMinutes,
      // Whose signatures AWS refuses is silent, and has the member's own alarm.
      silence: "notBreaching",
    },
  ];
}
