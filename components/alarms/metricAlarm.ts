import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";

import { resourceTags } from "../aws/tags.plan";

export interface MetricAlarmArgs extends Omit<cloudwatch.MetricAlarmArgs, "name"> {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Name of the alarm, without the cluster's. */
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
