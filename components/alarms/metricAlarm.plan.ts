import type * as cloudwatch from "@pulumi/aws/cloudwatch";

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

/** CloudWatch's form of an alarm on a metric of a cluster. */
export function renderMetricAlarm(
  namespace: string,
  cluster: string,
  alarm: PlannedAlarm,
): Omit<cloudwatch.MetricAlarmArgs, "name"> {
  const { metric: metricName, member, breaches, period } = alarm;
  const stat = alarm.statistic ?? (breaches === "above" ? "Maximum" : "Minimum");
  const common = {
    alarmDescription: alarm.description,
    comparisonOperator: breaches === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
    threshold: alarm.threshold,
    evaluationPeriods: alarm.periods,
    datapointsToAlarm: alarm.periods,
    treatMissingData: alarm.missingData,
  };
  if (member === undefined || typeof member === "string") {
    const dimensions = { Cluster: cluster, ...(member === undefined ? {} : { Member: member }) };
    return { ...common, namespace, metricName, dimensions, statistic: stat, period };
  }
  const metrics = member.map((id) => ({
    id,
    metric: { namespace, metricName, dimensions: { Cluster: cluster, Member: id }, stat, period },
  }));
  const highest = { id: "highest", expression: "MAX(METRICS())", label: metricName, returnData: true };
  return { ...common, metricQueries: [highest, ...metrics] };
}
