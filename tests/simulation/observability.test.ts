import { describeRefusals } from "./testAccount";

describeRefusals(
  "aws:cloudwatch/logGroup:LogGroup",
  (account) => ({ name: "/holdfast/flow", retentionInDays: 30, kmsKeyId: account.get("key", "arn") }),
  [
    ["a name that is taken", { name: "/holdfast/logs" }, "name", "ResourceAlreadyExistsException"],
    ["odd characters", { name: "flow logs" }, "name", "InvalidParameterException"],
    ["a long name", { name: "n".repeat(513) }, "name", "InvalidParameterException"],
    ["a retention that is not offered", { retentionInDays: 31 }, "retentionInDays", "InvalidParameterException"],
    ["an unknown key", { kmsKeyId: "none" }, "kmsKeyId", "NotFoundException"],
  ],
);

const alone = { statistic: undefined, period: undefined };
const queries = (watched: Record<string, unknown> = {}, more: Record<string, unknown> = {}, period = 60) => ({
  ...more,
  metricQueries: [
    { id: "highest", expression: "MAX(METRICS())", returnData: true, ...watched },
    { id: "a", metric: { namespace: "Holdfast", metricName: "Age", stat: "Maximum", period } },
  ],
});

describeRefusals(
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  (account) => ({
    name: "backup-age",
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 3,
    period: 300,
    statistic: "Maximum",
    threshold: 3600,
    treatMissingData: "breaching",
    alarmActions: [account.get("topic", "arn")],
  }),
  [
    ["a long name", { name: "n".repeat(256) }, "name", "ValidationError"],
    ["an unknown comparison", { comparisonOperator: ">" }, "comparisonOperator", "ValidationError"],
    ["an unknown statistic", { statistic: "Median" }, "statistic", "ValidationError"],
    ["an unknown word for missing data", { treatMissingData: "bad" }, "treatMissingData", "ValidationError"],
    ["no period to evaluate", { evaluationPeriods: 0 }, "evaluationPeriods", "ValidationError"],
    ["an odd period", { period: 45 }, "period", "ValidationError"],
    ["more than a week", { period: 86_400, evaluationPeriods: 8 }, "evaluationPeriods", "ValidationError", "7 day"],
    [
      "more than a day of minutes",
      { period: 60, evaluationPeriods: 1441 },
      "evaluationPeriods",
      "ValidationError",
      "1 day",
    ],
    ["more values than periods", { datapointsToAlarm: 4 }, "datapointsToAlarm", "ValidationError"],
    ["a metric without a statistic", { metricName: "Age", statistic: undefined }, "statistic", "MissingParameter"],
    ["a metric beside queries", queries(), "metricQueries", "ValidationError", "mutually exclusive"],
    ["queries of which none is watched", queries({ returnData: false }, alone), "metricQueries", "ValidationError"],
    ["a query's name twice", queries({ id: "a" }, alone), "metricQueries[1].id", "ValidationError"],
    ["a query's name that is none", queries({ id: "A" }, alone), "metricQueries[0].id", "ValidationError"],
    ["a query for nothing", queries({ expression: undefined }, alone), "metricQueries[0]", "ValidationError"],
    ["a query's odd period", queries({}, alone, 45), "metricQueries[1].metric.period", "ValidationError"],
    [
      "an unknown topic",
      { alarmActions: ["arn:aws:sns:eu-central-1:123456789012:none"] },
      "alarmActions[0]",
      "ValidationError",
    ],
    [
      "a name that is taken",
      async (account) => {
        await account.make("aws:cloudwatch/metricAlarm:MetricAlarm", "first", {
          name: "backup-age",
          comparisonOperator: "GreaterThanThreshold",
          evaluationPeriods: 1,
        });
        return {};
      },
      "name",
      "ResourceConflict",
    ],
  ],
  [["the highest of several metrics", queries({}, alone)]],
);

describeRefusals(
  "aws:cloudwatch/eventRule:EventRule",
  () => ({ name: "spot", eventPattern: JSON.stringify({ source: ["aws.ec2"] }) }),
  [
    ["a name of 65 characters", { name: "n".repeat(65) }, "name", "ValidationException"],
    ["neither pattern nor time", { eventPattern: undefined }, "eventPattern", "ValidationException"],
    ["an odd time", { scheduleExpression: "daily" }, "scheduleExpression", "ValidationException"],
    ["a pattern that is no JSON", { eventPattern: "{" }, "eventPattern", "InvalidEventPatternException"],
  ],
);

describeRefusals(
  "aws:cloudwatch/eventTarget:EventTarget",
  (account) => ({ rule: "daily", arn: account.get("queue", "arn") }),
  [
    ["an unknown rule", { rule: "none" }, "rule", "ResourceNotFoundException"],
    ["an unknown queue", { arn: "arn:aws:sqs:eu-central-1:123456789012:none" }, "arn", "ValidationException"],
  ],
);

const policy = (resource: string): string =>
  JSON.stringify({
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: resource,
      },
    ],
  });

describeRefusals("aws:sns/topic:Topic", (account) => ({ name: "alerts", kmsMasterKeyId: account.get("key") }), [
  ["odd characters", { name: "my alerts" }, "name", "InvalidParameter"],
  ["an unknown key", { kmsMasterKeyId: "none" }, "kmsMasterKeyId", "NotFoundException"],
  ["a broken policy", { policy: "{" }, "policy", "InvalidParameter"],
]);

describeRefusals(
  "aws:sns/topicPolicy:TopicPolicy",
  (account) => ({ arn: account.get("topic", "arn"), policy: policy("*") }),
  [
    ["an unknown topic", { arn: "arn:x" }, "arn", "NotFound"],
    ["a broken policy", { policy: "{" }, "policy", "InvalidParameter"],
  ],
);

describeRefusals(
  "aws:sns/topicSubscription:TopicSubscription",
  (account) => ({ topic: account.get("topic", "arn"), protocol: "sqs", endpoint: account.get("queue", "arn") }),
  [
    ["an unknown topic", { topic: "arn:x" }, "topic", "NotFound"],
    ["an unknown protocol", { protocol: "fax" }, "protocol", "InvalidParameter"],
    ["an unknown queue", { endpoint: "arn:x" }, "endpoint", "InvalidParameter"],
  ],
);

describeRefusals("aws:sqs/queue:Queue", () => ({ name: "terminations", visibilityTimeoutSeconds: 30 }), [
  ["a name that is taken", { name: "events" }, "name", "QueueAlreadyExists"],
  ["a name of 81 characters", { name: "n".repeat(81) }, "name", "InvalidParameterValue"],
  ["odd characters", { name: "my queue" }, "name", "InvalidParameterValue"],
  [
    "thirteen hours out of sight",
    { visibilityTimeoutSeconds: 46_800 },
    "visibilityTimeoutSeconds",
    "InvalidAttributeValue",
  ],
  ["messages kept for a second", { messageRetentionSeconds: 1 }, "messageRetentionSeconds", "InvalidAttributeValue"],
  ["a delay of an hour", { delaySeconds: 3600 }, "delaySeconds", "InvalidAttributeValue"],
  ["a wait of a minute", { receiveWaitTimeSeconds: 60 }, "receiveWaitTimeSeconds", "InvalidAttributeValue"],
  ["tiny messages", { maxMessageSize: 1 }, "maxMessageSize", "InvalidAttributeValue"],
  ["an unknown key", { kmsMasterKeyId: "none" }, "kmsMasterKeyId", "NotFoundException"],
  ["a broken policy", { policy: "{" }, "policy", "InvalidAttributeValue"],
]);

describeRefusals(
  "aws:sqs/queuePolicy:QueuePolicy",
  (account) => ({ queueUrl: account.get("queue", "url"), policy: policy(account.get("queue", "arn")) }),
  [
    ["an unknown queue", { queueUrl: "https://none" }, "queueUrl", "AWS.SimpleQueueService.NonExistentQueue"],
    ["a policy for no resource", { policy: policy("") }, "policy.Statement[0].Resource", "InvalidAttributeValue"],
  ],
);
