import type * as pulumi from "@pulumi/pulumi";

import { createMetricAlarm, createPlannedAlarms } from "../alarms/metricAlarm";
import type { ClusterSpec } from "../clusterSpec";
import { etcdAlarms } from "./alarms.plan";
import { replicationRule } from "./backupCopy";
import type { Backups } from "./backups";

export interface EtcdAlarmsArgs {
  readonly spec: ClusterSpec;
  readonly topicArn: pulumi.Input<string>;
  readonly backups: Backups;
}

/** Alarms on the metrics that members publish, and on the replication of backups. */
export function createEtcdAlarms(name: string, args: EtcdAlarmsArgs, parent: pulumi.Resource): void {
  const { spec, topicArn, backups } = args;
  createPlannedAlarms(name, { spec, area: "etcd", alarms: etcdAlarms(spec), topicArn }, parent);
  const { copy } = backups;
  if (copy === undefined) return;
  createMetricAlarm(
    `${name}-alarm-backup-copy`,
    {
      cluster: spec.name,
      alarmName: "etcd-backup-copy",
      topicArn,
      alarmDescription: `etcd: a backup could not be copied to ${copy.region}`,
      namespace: "AWS/S3",
      metricName: "OperationsFailedReplication",
      dimensions: { SourceBucket: backups.bucketName, DestinationBucket: copy.bucketName, RuleId: replicationRule },
      statistic: "Sum",
      period: 300,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
      // S3 publishes no data while there is nothing to replicate.
      treatMissingData: "notBreaching",
    },
    parent,
  );
}
