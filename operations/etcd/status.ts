/** How etcd is, as far as AWS knows: backups, figures that members publish, alarms. */

import {
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricAlarm,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";

import { alignColumns } from "../../cli/columns";
import { clockTolerance } from "../../components/etcd/alarms.plan";
import { backupTiers } from "../../components/etcd/backupTiers.plan";
import { etcdMembers } from "../../components/etcd/members.plan";
import { fetchBackupObjects } from "./bucket";
import { describeAge, describeSize, listBackups, newestInTier } from "./backups";
import type { Backup } from "./backups";
import { fetchRestoreOrder } from "./restore";
import type { Target } from "./target";

/** Figures of a member, by the name under which it publishes them. */
const figures = [
  "EtcdHasLeader",
  "EtcdGeneration",
  "DatabaseSizeBytes",
  "DatabaseQuotaBytes",
  "EtcdAlarms",
  "RestoreRefused",
  "ClockOffsetSeconds",
] as const;

/** The newest figures of a member; those that it has not published lately are absent. */
export type MemberMetrics = Partial<Record<(typeof figures)[number], number>>;

/** What is looked back over; members publish every minute, and CloudWatch shows it within two. */
const lookBackMs = 15 * 60_000;

/** The whole status as text; `sound` when nothing in it needs a person. */
export async function status(target: Target): Promise<{ readonly lines: readonly string[]; readonly sound: boolean }> {
  const now = new Date();
  const [objects, ordered, members, alarms] = await Promise.all([
    fetchBackupObjects(target),
    fetchRestoreOrder(target),
    fetchMemberMetrics(target, now),
    fetchAlarms(target),
  ]);
  const backups = listBackups(objects);
  const raised = alarms.filter(({ StateValue }) => StateValue === "ALARM");
  const lines = [
    ...describeGeneration(target, ordered?.generation),
    "",
    ...describeBackups(backups, now),
    "",
    ...describeMembers(members),
    "",
    ...describeAlarms(target, alarms),
  ];
  const unwell = [...members.values()].some(
    ({ RestoreRefused, EtcdHasLeader, ClockOffsetSeconds = 0 }) =>
      RestoreRefused === 1 || EtcdHasLeader === 0 || ClockOffsetSeconds > clockTolerance,
  );
  return { lines, sound: raised.length === 0 && backups.length > 0 && !unwell };
}

function describeGeneration({ spec }: Target, ordered: number | undefined): readonly string[] {
  const wanted = spec.etcd.restore?.generation ?? 1;
  if (ordered === undefined) return [`Generation ${wanted} in the settings; the stack has not been deployed.`];
  return ordered === wanted
    ? [`Generation ${wanted}: ordered by the settings, and what members are told.`]
    : [
        `Generation ${wanted} in the settings, but members are told ${ordered}: pulumi up has not been run, or the settings have changed.`,
      ];
}

/** Age of the newest backup of each tier. */
export function describeBackups(backups: readonly Backup[], now: Date): readonly string[] {
  const rows = backupTiers.map((tier) => {
    const newest = newestInTier(backups, tier);
    const count = backups.filter(({ tiers }) => tiers.includes(tier)).length;
    return newest === undefined
      ? [tier, "none", "", "", ""]
      : [
          tier,
          `${describeAge(newest.taken, now)} old`,
          `revision ${newest.revision}`,
          describeSize(newest.size),
          `of ${count}`,
        ];
  });
  return ["Newest backup of each tier", ...alignColumns(rows).map((row) => `  ${row}`)];
}

/** One line for each member. */
export function describeMembers(members: ReadonlyMap<string, MemberMetrics>): readonly string[] {
  const rows = [...members].map(([member, found]) => {
    if (Object.keys(found).length === 0) return [member, "silent for 15 min", "", "", ""];
    const {
      EtcdHasLeader,
      EtcdGeneration,
      DatabaseSizeBytes: size,
      DatabaseQuotaBytes: quota,
      EtcdAlarms,
      RestoreRefused,
      ClockOffsetSeconds = 0,
    } = found;
    return [
      member,
      EtcdHasLeader === 1 ? "serves" : "sees no leader",
      `generation ${EtcdGeneration ?? "?"}`,
      size === undefined || !quota ? "" : `${describeSize(size)}, ${Math.round((size / quota) * 100)} % of its quota`,
      [
        EtcdAlarms ? `${EtcdAlarms} alarms of etcd` : "",
        RestoreRefused === 1 ? "REFUSES THE RESTORE" : "",
        ClockOffsetSeconds > clockTolerance ? `CLOCK ${ClockOffsetSeconds} s OFF` : "",
      ]
        .filter(Boolean)
        .join(", "),
    ];
  });
  return ["Members", ...alignColumns(rows).map((row) => `  ${row}`)];
}

function describeAlarms({ spec }: Target, alarms: readonly MetricAlarm[]): readonly string[] {
  if (alarms.length === 0) return ["Alarms", "  none exist (a rehearsal has none; else pulumi up has not been run)"];
  const rows = alarms.map(({ AlarmName = "", StateValue = "", AlarmDescription = "" }) => [
    AlarmName.replace(`${spec.name}-etcd-`, ""),
    StateValue,
    StateValue === "ALARM" ? AlarmDescription : "",
  ]);
  return ["Alarms (docs/etcd.md says what to do)", ...alignColumns(rows).map((row) => `  ${row}`)];
}

/** The alarms about etcd, whatever their state. */
export async function fetchAlarms({ cloudwatch, spec }: Target): Promise<readonly MetricAlarm[]> {
  const { MetricAlarms = [] } = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `${spec.name}-etcd-`, AlarmTypes: ["MetricAlarm"], MaxRecords: 100 }),
  );
  return MetricAlarms;
}

/** Newest figures of each member of the last while. */
export async function fetchMemberMetrics(
  { cloudwatch, spec }: Target,
  now: Date,
  sinceMs = lookBackMs,
): Promise<ReadonlyMap<string, MemberMetrics>> {
  const members = etcdMembers(spec).map(({ name }) => name);
  const queries = members.flatMap((member) =>
    figures.map((figure): MetricDataQuery => {
      const Dimensions = [
        { Name: "Cluster", Value: spec.name },
        { Name: "Member", Value: member },
      ];
      const Metric = { Namespace: spec.etcd.backups.metricsNamespace, MetricName: figure, Dimensions };
      return { Id: `${member}_${figure}`, MetricStat: { Metric, Period: 60, Stat: "Maximum" }, ReturnData: true };
    }),
  );
  const { MetricDataResults = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      MetricDataQueries: queries,
      StartTime: new Date(now.getTime() - sinceMs),
      EndTime: new Date(now.getTime() + 60_000),
      ScanBy: "TimestampDescending",
    }),
  );
  const newest = new Map(MetricDataResults.map(({ Id, Values }) => [Id, Values?.[0]]));
  return new Map(
    members.map((member) => {
      const found = figures.map((figure) => [figure, newest.get(`${member}_${figure}`)] as const);
      return [member, Object.fromEntries(found.filter(([, value]) => value !== undefined))];
    }),
  );
}
