import { describeRefusals, duplicateOf } from "../testAccount";

describeRefusals(
  "aws:cloudwatch/logGroup:LogGroup",
  (account) => ({ name: "/holdfast/flow", retentionInDays: 30, kmsKeyId: account.get("key", "arn") }),
  [
    ["a name in use", { name: "/holdfast/logs" }, "name", "ResourceAlreadyExistsException"],
    ["invalid characters", { name: "flow logs" }, "name", "InvalidParameterException"],
    ["a retention of 31 days", { retentionInDays: 31 }, "retentionInDays", "InvalidParameterException"],
    ["an unknown key", { kmsKeyId: "none" }, "kmsKeyId", "NotFoundException"],
  ],
);

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";

describeRefusals(
  alarmType,
  () => ({
    name: "backup-age",
    namespace: "Holdfast",
    metricName: "BackupAge",
    statistic: "Maximum",
    evaluationPeriods: 3,
    period: 300,
  }),
  [
    ["a name of 256 characters", { name: "n".repeat(256) }, "name", "ValidationError"],
    ["more than a week", { period: 86_400, evaluationPeriods: 8 }, "evaluationPeriods", "ValidationError", "7 day"],
    ["more than a day of minutes", { period: 60, evaluationPeriods: 1441 }, "evaluationPeriods", "ValidationError"],
    duplicateOf(
      "a name in use",
      alarmType,
      { name: "backup-age", metricName: "BackupAge", statistic: "Maximum", evaluationPeriods: 3 },
      "name",
      "ResourceConflict",
    ),
  ],
  [["the topic of another account", { alarmActions: ["arn:aws:sns:eu-central-1:210987654321:pager"] }]],
);

describeRefusals("aws:cloudwatch/eventRule:EventRule", () => ({ name: "spot", eventPattern: "{}" }), [
  ["a name of 65 characters", { name: "n".repeat(65) }, "name", "ValidationException"],
]);

describeRefusals(
  "aws:cloudwatch/eventTarget:EventTarget",
  (account) => ({ rule: "daily", arn: account.get("queue", "arn") }),
  [
    ["an unknown rule", { rule: "none" }, "rule", "ResourceNotFoundException"],
    ["an unknown queue", { arn: "arn:aws:sqs:eu-central-1:123456789012:none" }, "arn", "ValidationException"],
  ],
);
