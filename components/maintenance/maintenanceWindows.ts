import * as iam from "@pulumi/aws/iam";
import * as scheduler from "@pulumi/aws/scheduler";
import * as pulumi from "@pulumi/pulumi";

import { createMetricAlarm } from "../alarms/metricAlarm";
import { regionalArn } from "../aws/awsAccount";
import type { AwsAccount } from "../aws/awsAccount";
import { resourceTags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import { planRolloutSchedules, rolloutStatement, startRefreshTarget } from "./rolloutSchedules.plan";

export interface MaintenanceWindowsArgs {
  readonly spec: ClusterSpec;
  readonly awsAccount: AwsAccount;
  /** SNS topic of the alarm. */
  readonly alarmTopicArn: pulumi.Input<string>;
  /** Components with the Auto Scaling groups. */
  readonly groups: readonly pulumi.Resource[];
}

/** Schedules that start the rollouts of all groups in the maintenance windows, their role, and an alarm on failed starts. */
export class MaintenanceWindows extends pulumi.ComponentResource {
  constructor(name: string, args: MaintenanceWindowsArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:MaintenanceWindows", name, {}, options);
    const { spec, awsAccount, groups } = args;
    const tags = resourceTags(spec.name, `${spec.name}-maintenance`);
    // Metrics and the role's trust policy are per schedule group.
    const scheduleGroup = new scheduler.ScheduleGroup(`${name}-schedules`, { name: spec.name, tags }, { parent: this });
    const role = new iam.Role(
      `${name}-role`,
      {
        description: `Starts rollouts of Kubernetes cluster ${spec.name}`,
        assumeRolePolicy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "AssumeByScheduler",
              Effect: "Allow",
              Principal: { Service: "scheduler.amazonaws.com" },
              Action: "sts:AssumeRole",
              Condition: {
                StringEquals: {
                  "aws:SourceAccount": awsAccount.id,
                  "aws:SourceArn": regionalArn(awsAccount, "scheduler", `schedule-group/${spec.name}`),
                },
              },
            },
          ],
        }),
        tags,
      },
      { parent: this },
    );
    const Statement = awsAccount.id.apply((id) => [
      rolloutStatement(spec, (group) => `arn:${awsAccount.partition}:autoscaling:${awsAccount.region}:${id}:${group}`),
    ]);
    const permission = new iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement }) },
      { parent: this },
    );
    for (const { name: scheduleName, description, expression, input, maximumEventAge } of planRolloutSchedules(spec)) {
      new scheduler.Schedule(
        `${name}-${scheduleName}`,
        {
          name: scheduleName,
          groupName: scheduleGroup.name,
          description,
          scheduleExpression: expression,
          scheduleExpressionTimezone: "UTC",
          flexibleTimeWindow: { mode: "OFF" },
          target: {
            arn: startRefreshTarget(awsAccount.partition),
            roleArn: role.arn,
            input,
            retryPolicy: { maximumEventAgeInSeconds: maximumEventAge, maximumRetryAttempts: 185 },
          },
        },
        { parent: this, dependsOn: [permission, ...groups] },
      );
    }
    this.createAlarm(name, args);
    this.registerOutputs({});
  }

  private createAlarm(name: string, { spec, alarmTopicArn }: MaintenanceWindowsArgs): void {
    createMetricAlarm(
      `${name}-alarm-rollout-not-started`,
      {
        cluster: spec.name,
        alarmName: "maintenance-rollout-not-started",
        topicArn: alarmTopicArn,
        alarmDescription:
          "maintenance: AWS could not start a rollout in a maintenance window; the machines were not replaced",
        namespace: "AWS/Scheduler",
        metricName: "InvocationDroppedCount",
        dimensions: { ScheduleGroup: spec.name },
        statistic: "Sum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: 0,
        period: 300,
        evaluationPeriods: 1,
        datapointsToAlarm: 1,
        treatMissingData: "notBreaching",
      },
      this,
    );
  }
}
