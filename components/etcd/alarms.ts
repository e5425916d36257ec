import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../clusterSpec";
import { resourceTags } from "../aws/tags.plan";
import { plannedAlarms } from "./alarms.plan";
import type { PlannedAlarm } from "./alarms.plan";
import { replicationRule } from "./backupCopy";
import type { Backups } from "./backups";

export interface EtcdAlarmsArgs {
  readonly spec: ClusterSpec;
  /** Told when an alarm begins and when it is over. */
  readonly topicArn: pulumi.Input<string>;
  readonly backups: Backups;
}

/** Has CloudWatch watch what members publish, and the copying of backups where there is a copy. */
export function etcdAlarms(name: string, args: EtcdAlarmsArgs, parent: pulumi.Resource): void {
  for (const alarm of plannedAlarms(args.spec)) {
    declare(name, args, parent, alarm.name, {
      alarmDescription: alarm.description,
      comparisonOperator: alarm.breaches === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: alarm.threshold,
      evaluationPeriods: alarm.periods,
      datapointsToAlarm: alarm.periods,
      treatMissingData: alarm.silence,
      ...watched(args.spec, alarm),
    });
  }
  const { backups } = args;
  if (backups.copy === undefined) return;
  declare(name, args, parent, "backup-copy", {
    alarmDescription: `etcd: a backup could not be copied to ${backups.copy.region}`,
    namespace: "AWS/S3",
    metricName: "OperationsFailedReplication",
    dimensions: {
      SourceBucket: backups.bucketName,
      DestinationBucket: backups.copy.bucketName,
      RuleId: replicationRule,
    },
    statistic: "Sum",
    period: 300,
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    evaluationPeriods: 1,
    // S3 says nothing where nothing had to be copied.
    treatMissingData: "notBreaching",
  });
}

function declare(
  name: string,
  { spec, topicArn }: EtcdAlarmsArgs,
  parent: pulumi.Resource,
  alarm: string,
  what: cloudwatch.MetricAlarmArgs,
): void {
  const physical = `${spec.name}-etcd-${alarm}`;
  new cloudwatch.MetricAlarm(
    `${name}-alarm-${alarm}`,
    {
      name: physical,
      ...what,
      alarmActions: [topicArn],
      okActions: [topicArn],
      tags: resourceTags(spec.name, physical),
    },
    { parent },
  );
}

/** What an alarm looks at, as CloudWatch wants it: one metric, or the highest of several. */
function watched(
  { name: cluster, etcd }: ClusterSpec,
  { figure, statistic, period }: PlannedAlarm,
): Partial<cloudwatch.MetricAlarmArgs> {
  const namespace = etcd.backups.metricsNamespace;
  const metricName = figure.metric;
  if (figure.of === "anyMember") {
    const metrics = figure.members.map((member) => ({
      id: member,
      metric: { namespace, metricName, dimensions: { Cluster: cluster, Member: member }, stat: statistic, period },
    }));
    return {
      metricQueries: [{ id: "highest", expression: "MAX(METRICS())", label: metricName, returnData: true }, ...metrics],
    };
  }
  const member: Record<string, string> = figure.of === "member" ? { Member: figure.member } : {};
  return { namespace, metricName, dimensions: { Cluster: cluster, ...member }, statistic, period };
}
