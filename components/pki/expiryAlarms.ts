import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../clusterSpec";
import { resourceTags } from "../aws/tags.plan";
import { pkiAlarms } from "./expiryAlarms.plan";

/** Has CloudWatch watch how long certificates and authorities are good for, and whether an order to rotate was refused. */
export function watchCertificates(
  name: string,
  { spec, topicArn }: { readonly spec: ClusterSpec; readonly topicArn: pulumi.Input<string> },
  parent: pulumi.Resource,
): void {
  for (const alarm of pkiAlarms(spec.pki)) {
    const physical = `${spec.name}-pki-${alarm.name}`;
    new cloudwatch.MetricAlarm(
      `${name}-${alarm.name}`,
      {
        name: physical,
        alarmDescription: alarm.description,
        namespace: spec.etcd.backups.metricsNamespace,
        metricName: alarm.metric,
        dimensions: { Cluster: spec.name },
        statistic: alarm.breaches === "above" ? "Maximum" : "Minimum",
        comparisonOperator: alarm.breaches === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
        threshold: alarm.threshold,
        // Machines publish once an hour.
        period: 3600,
        evaluationPeriods: alarm.hours,
        datapointsToAlarm: alarm.hours,
        treatMissingData: alarm.silence,
        alarmActions: [topicArn],
        okActions: [topicArn],
        tags: resourceTags(spec.name, physical),
      },
      { parent },
    );
  }
}
