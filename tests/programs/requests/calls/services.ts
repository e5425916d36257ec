/** Requests of CloudWatch, EventBridge and its Scheduler, KMS, Route 53, SNS, SQS and SSM. */

import { attributes, call, optional, single } from "./call";
import type { Inputs, Mappings } from "./call";

interface Alias {
  readonly zoneId: string;
  readonly name: string;
  readonly evaluateTargetHealth: boolean;
}

const upper = (values: Inputs): Inputs =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value]),
  );

export const serviceCalls: Mappings = {
  "aws:cloudwatch/eventRule:EventRule": single("events", "PutRule"),
  "aws:cloudwatch/eventTarget:EventTarget": ({ rule, targetId, eventBusName, ...target }) => [
    call("events", "PutTargets", { rule, eventBusName, targets: [{ ...target, id: targetId }] }),
  ],
  "aws:cloudwatch/logGroup:LogGroup": ({ name, retentionInDays, ...rest }, { tags }) => [
    call("logs", "CreateLogGroup", { ...rest, logGroupName: name, tags: tags.map }),
    ...optional(retentionInDays, () => call("logs", "PutRetentionPolicy", { logGroupName: name, retentionInDays })),
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ name, dimensions, metricQueries, ...rest }, context) => {
    const listed = (values: unknown) =>
      values === undefined
        ? undefined
        : Object.entries(values as Readonly<Record<string, string>>).map(([key, value]) => ({ name: key, value }));
    const metrics = (metricQueries as readonly Inputs[] | undefined)?.map(({ metric, ...query }) => {
      if (metric === undefined) return query;
      const { metricName, namespace, dimensions: own, period, stat, unit, ...other } = metric as Inputs;
      return {
        ...query,
        metricStat: { ...other, metric: { metricName, namespace, dimensions: listed(own) }, period, stat, unit },
      };
    });
    return single("cloudwatch", "PutMetricAlarm", { name: "alarmName" })(
      { ...rest, name, dimensions: listed(dimensions), metrics },
      context,
    );
  },
  "aws:kms/alias:Alias": single("kms", "CreateAlias", { name: "aliasName" }),
  "aws:kms/key:Key": ({ deletionWindowInDays, enableKeyRotation, ...inputs }, { tags, outputs }) => [
    call("kms", "CreateKey", {
      ...inputs,
      tags: tags.list?.map(({ key, value }) => ({ tagKey: key, tagValue: value })),
    }),
    ...(enableKeyRotation === true ? [call("kms", "EnableKeyRotation", { keyId: outputs.id })] : []),
    ...optional(deletionWindowInDays, () =>
      call("kms", "ScheduleKeyDeletion", { keyId: outputs.id, pendingWindowInDays: deletionWindowInDays }),
    ),
  ],
  "aws:route53/record:Record": ({ zoneId, aliases, name, type, ttl, records, ...rest }) => [
    call("route53", "ChangeResourceRecordSets", {
      hostedZoneId: zoneId,
      changeBatch: {
        changes: ((aliases ?? [undefined]) as readonly (Alias | undefined)[]).map((alias) => ({
          action: "CREATE",
          resourceRecordSet: {
            ...rest,
            name,
            type,
            ttl,
            resourceRecords: (records as readonly string[] | undefined)?.map((value) => ({ value })),
            ...(alias !== undefined && {
              aliasTarget: {
                hostedZoneId: alias.zoneId,
                dnsName: alias.name,
                evaluateTargetHealth: alias.evaluateTargetHealth,
              },
            }),
          },
        })),
      },
    }),
  ],
  "aws:route53/zone:Zone": ({ comment, vpcs, ...rest }, { tags, outputs }) => [
    call("route53", "CreateHostedZone", {
      ...rest,
      callerReference: "terraform-20261129",
      hostedZoneConfig: { comment },
      ...(vpcs !== undefined && { vpc: (vpcs as readonly Inputs[])[0] }),
    }),
    call("route53", "ChangeTagsForResource", {
      resourceType: "hostedzone",
      resourceId: outputs.id,
      addTags: tags.list,
    }),
  ],
  "aws:scheduler/schedule:Schedule": (inputs) => {
    const { arn, input } = inputs.target as { readonly arn: string; readonly input: string };
    const [service = "", operation = ""] = arn.split(":").slice(-2);
    const parameters = JSON.parse(input) as Inputs;
    return [
      call("scheduler", "CreateSchedule", inputs),
      // The request that the schedule sends.
      { service, operation: operation.charAt(0).toUpperCase() + operation.slice(1), parameters, exact: true },
    ];
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": single("scheduler", "CreateScheduleGroup"),
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": (inputs) => [call("ecr", "CreatePullThroughCacheRule", inputs)],
  "aws:sns/topic:Topic": ({ name, ...rest }, { tags }) => [
    call("sns", "CreateTopic", { name, attributes: attributes(upper(rest)), tags: tags.list }),
  ],
  "aws:sns/topicPolicy:TopicPolicy": ({ arn, policy, ...rest }) => [
    call("sns", "SetTopicAttributes", { ...rest, topicArn: arn, attributeName: "Policy", attributeValue: policy }),
  ],
  "aws:sns/topicSubscription:TopicSubscription": ({ topic, ...rest }) => [
    call("sns", "Subscribe", { ...rest, topicArn: topic }),
  ],
  "aws:sqs/queue:Queue": (
    { name, messageRetentionSeconds, visibilityTimeoutSeconds, kmsMasterKeyId, ...rest },
    { tags },
  ) => [
    call("sqs", "CreateQueue", {
      queueName: name,
      tags: tags.map,
      attributes: attributes({
        ...upper(rest),
        MessageRetentionPeriod: messageRetentionSeconds,
        VisibilityTimeout: visibilityTimeoutSeconds,
        KmsMasterKeyId: kmsMasterKeyId,
      }),
    }),
  ],
  "aws:sqs/queuePolicy:QueuePolicy": ({ queueUrl, policy, ...rest }) => [
    call("sqs", "SetQueueAttributes", { ...rest, queueUrl, attributes: attributes({ Policy: policy }) }),
  ],
  "aws:ssm/parameter:Parameter": ({ insecureValue, value, ...rest }, context) =>
    single("ssm", "PutParameter")({ ...rest, value: value ?? insecureValue }, context),
};
