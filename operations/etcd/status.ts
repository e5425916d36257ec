/** Status of etcd as S3 and CloudWatch show it: backups, metrics of the members, alarms. */
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
import { type Backup, describeAge, describeSize, listBackups, newestInTier } from "./backups";
import { fetchBackupObjects } from "./bucket";
import { fetchRestoreOrder } from "./restore";
import type { Target } from "./target";

/** CloudWatch metrics that each member publishes. */
const metrics = [
  "EtcdHasLeader",
  "EtcdGeneration",
  "DatabaseSizeBytes",
  "DatabaseQuotaBytes",
  "EtcdAlarms",
  "RestoreRefused",
  "ClockOffsetSeconds",
] as const;

/** Newest values of a member; metrics without a recent value are absent. */
export type MemberMetrics = Partial<Record<(typeof metrics)[number], number>>;

/** Age limit of metrics. Members publish every minute; CloudWatch shows a value within two. */
const lookBackMs = 15 * 60_000;

/** Status as data and as text. */
export interface EtcdStatus {
  /** No action is required. */
  readonly healthy: boolean;
  /** Generation of the data: in the settings, and on the members, if the stack is deployed. */
  readonly generation: { readonly wanted: number; readonly ordered: number | undefined };
  /** Newest first. */
  readonly backups: readonly Backup[];
  readonly members: Readonly<Record<string, MemberMetrics>>;
  /** State of each alarm by its name. */
  readonly alarms: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
}

export async function fetchStatus(target: Target): Promise<EtcdStatus> {
  const now = new Date();
  const [objects, ordered, members, alarms] = await Promise.all([
    fetchBackupObjects(target),
    fetchRestoreOrder(target),
    fetchMemberMetrics(target, now),
    fetchAlarms(target),
  ]);
  const backups = listBackups(objects);
  const unhealthy = [...members.values()].some(
    ({ RestoreRefused, EtcdHasLeader, ClockOffsetSeconds = 0 }) =>
      RestoreRefused === 1 || EtcdHasLeader === 0 || ClockOffsetSeconds > clockTolerance,
  );
  return {
    lines: [
      describeGeneration(target, ordered?.generation),
      "",
      ...describeBackups(backups, now),
      "",
      ...describeMembers(members),
      "",
      ...describeAlarms(target, alarms),
    ],
    healthy: !unhealthy && backups.length > 0 && !alarms.some(({ StateValue }) => StateValue === "ALARM"),
    generation: { wanted: wantedGeneration(target), ordered: ordered?.generation },
    backups,
    members: Object.fromEntries(members),
    alarms: Object.fromEntries(alarms.map(({ AlarmName = "", StateValue = "" }) => [AlarmName, StateValue])),
  };
}

const wantedGeneration = ({ spec }: Target): number => spec.etcd.restore?.generation ?? 1;

function describeGeneration(target: Target, ordered: number | undefined): string {
  const wanted = wantedGeneration(target);
  if (ordered === undefined) return `Generation ${wanted} in the settings; the stack is not deployed.`;
  if (ordered === wanted) return `Generation ${wanted} in the settings and on the members.`;
  return `Generation ${wanted} in the settings, but ${ordered} on the members: run pulumi up.`;
}

const indent = (rows: readonly string[]): readonly string[] => rows.map((row) => `  ${row}`);

export function describeBackups(backups: readonly Backup[], now: Date): readonly string[] {
  const rows = backupTiers.map((tier) => {
    const newest = newestInTier(backups, tier);
    if (newest === undefined) return [tier, "none", "", "", ""];
    const { taken, revision, size } = newest;
    const count = backups.filter(({ tiers }) => tiers.includes(tier)).length;
    return [tier, `${describeAge(taken, now)} old`, `revision ${revision}`, describeSize(size), `of ${count}`];
  });
  return ["Newest backup of each tier", ...indent(alignColumns(rows))];
}

export function describeMembers(members: ReadonlyMap<string, MemberMetrics>): readonly string[] {
  const rows = [...members].map(([member, found]) => {
    if (Object.keys(found).length === 0) return [member, "no metrics for 15 min", "", "", ""];
    const { EtcdHasLeader, EtcdGeneration, EtcdAlarms, RestoreRefused, ClockOffsetSeconds = 0 } = found;
    const { DatabaseSizeBytes: size, DatabaseQuotaBytes: quota } = found;
    return [
      member,
      EtcdHasLeader === 1 ? "serves" : "sees no leader",
      `generation ${EtcdGeneration ?? "?"}`,
      size === undefined || !quota ? "" : `${describeSize(size)}, ${Math.round((size / quota) * 100)} % of its quota`,
      [
        EtcdAlarms ? `${EtcdAlarms} etcd alarms` : "",
        RestoreRefused === 1 ? "RESTORE REFUSED" : "",
        ClockOffsetSeconds > clockTolerance ? `CLOCK ${ClockOffsetSeconds} s OFF` : "",
      ]
        .filter(Boolean)
        .join(", "),
    ];
  });
  return ["Members", ...indent(alignColumns(rows))];
}

function describeAlarms({ spec }: Target, alarms: readonly MetricAlarm[]): readonly string[] {
  if (alarms.length === 0) return ["Alarms", "  none exist: run pulumi up (a rehearsal has no alarms)"];
  const rows = alarms.map(({ AlarmName = "", StateValue = "", AlarmDescription = "" }) => [
    AlarmName.replace(`${spec.name}-etcd-`, ""),
    StateValue,
    StateValue === "ALARM" ? AlarmDescription : "",
  ]);
  return ["Alarms (runbook: docs/etcd.md)", ...indent(alignColumns(rows))];
}

/** All alarms about etcd, in any state. */
export async function fetchAlarms({ cloudwatch, spec }: Target): Promise<readonly MetricAlarm[]> {
  const { MetricAlarms = [] } = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `${spec.name}-etcd-`, AlarmTypes: ["MetricAlarm"], MaxRecords: 100 }),
  );
  return MetricAlarms;
}

/** Age limit of metrics of a healthy member. Members publish every minute; CloudWatch shows a value within two. */
export const silenceMs = 5 * 60_000;

/** Newest metrics of each member, not older than `sinceMs`. */
export async function fetchMemberMetrics(
  { cloudwatch, spec }: Target,
  now: Date,
  sinceMs = lookBackMs,
): Promise<ReadonlyMap<string, MemberMetrics>> {
  const members = etcdMembers(spec).map(({ name }) => name);
  const queries = members.flatMap((member) =>
    metrics.map((MetricName): MetricDataQuery => {
      const Dimensions = [
        { Name: "Cluster", Value: spec.name },
        { Name: "Member", Value: member },
      ];
      const Metric = { Namespace: spec.etcd.backups.metricsNamespace, MetricName, Dimensions };
      return { Id: `${member}_${MetricName}`, MetricStat: { Metric, Period: 60, Stat: "Maximum" }, ReturnData: true };
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
      const found = metrics.map((metric) => [metric, newest.get(`${member}_${metric}`)] as const);
      return [member, Object.fromEntries(found.filter(([, value]) => value !== undefined))];
    }),
  );
}
