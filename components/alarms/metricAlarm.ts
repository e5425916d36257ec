import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";

import { resourceTags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";

/** Alarm on a metric that machines publish. */
export interface PlannedAlarm {
  /** Last part of the alarm's name; the documentation explains the alarm under this name. */
  readonly name: string;
  /** One sentence for the recipient of the alarm. */
  readonly description: string;
  readonly metric: string;
  /** The metric of one member, or the highest of several members. Default: the cluster's metric. */
  readonly member?: string | readonly string[];
  readonly breaches: "above" | "below";
  /** Compared with the threshold. Default: the highest value of a period if `above` breaches, the lowest if `below` does. */
  readonly statistic?: "Minimum" | "Maximum";
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  /** Number of consecutive periods that must breach. */
  readonly periods: number;
  /** Treatment of a period without data; `ignore` keeps the alarm's state. */
  readonly missingData: "breaching" | "notBreaching" | "ignore";
}

export interface PlannedAlarmsArgs {
  readonly spec: ClusterSpec;
  /** Part of the alarms' names: `<cluster>-<area>-<name>`. */
  readonly area: "control-plane" | "etcd" | "pki";
  readonly alarms: readonly PlannedAlarm[];
  readonly topicArn: pulumi.Input<string>;
}

/** CloudWatch alarms on metrics of the cluster's machines. */
export function createPlannedAlarms(name: string, args: PlannedAlarmsArgs, parent: pulumi.Resource): void {
  const { spec, area, alarms, topicArn } = args;
  for (const alarm of alarms) {
    createMetricAlarm(
      `${name}-alarm-${alarm.name}`,
      {
        cluster: spec.name,
        alarmName: `${area}-${alarm.name}`,
        topicArn,
        alarmDescription: alarm.description,
        comparisonOperator: alarm.breaches === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
        threshold: alarm.threshold,
        evaluationPeriods: alarm.periods,
        datapointsToAlarm: alarm.periods,
        treatMissingData: alarm.missingData,
        ...metricArgs(spec, alarm),
      },
      parent,
    );
  }
}

/** One metric, or the highest of several. */
function metricArgs(spec: ClusterSpec, alarm: PlannedAlarm): Partial<cloudwatch.MetricAlarmArgs> {
  const { metric: metricName, member, period } = alarm;
  const namespace = spec.etcd.backups.metricsNamespace;
  const stat = alarm.statistic ?? (alarm.breaches === "above" ? "Maximum" : "Minimum");
  const cluster = { Cluster: spec.name };
  if (member === undefined) return { namespace, metricName, dimensions: cluster, statistic: stat, period };
  if (typeof member === "string")
    return { namespace, metricName, dimensions: { ...cluster, Member: member }, statistic: stat, period };
  const metrics = member.map((id) => ({
    id,
    metric: { namespace, metricName, dimensions: { ...cluster, Member: id }, stat, period },
  }));
  const highest = { id: "highest", expression: "MAX(METRICS())", label: metricName, returnData: true };
  return { metricQueries: [highest, ...metrics] };
}

export interface MetricAlarmArgs extends Omit<cloudwatch.MetricAlarmArgs, "name"> {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Name of the alarm, without the cluster name. */
  readonly alarmName: string;
  /** SNS topic that is notified when the alarm starts and when it ends. */
  readonly topicArn: pulumi.Input<string>;
}

/** CloudWatch alarm that notifies a topic. */
export function createMetricAlarm(name: string, args: MetricAlarmArgs, parent: pulumi.Resource): void {
  const { cluster, alarmName, topicArn, ...metric } = args;
  const physicalName = `${cluster}-${alarmName}`;
  new cloudwatch.MetricAlarm(
    name,
    {
      ...metric,
      name: physicalName,
      alarmActions: [topicArn],
      okActions: [topicArn],
      tags: resourceTags(cluster, physicalName),
    },
    { parent },
  );
}
