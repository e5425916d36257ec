/** EventBridge Scheduler, SNS and SQS. */
import { describeRefusals, policyOf } from "./testAccount";
import type { TestAccount } from "./testAccount";

const policy = (resource: string): string =>
  policyOf({ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:*", Resource: resource });

describeRefusals("aws:sns/topic:Topic", (account) => ({ name: "alerts", kmsMasterKeyId: account.get("key") }), [
  ["a name of 257 characters", { name: "n".repeat(257) }, "name", "InvalidParameter"],
  ["an unknown key", { kmsMasterKeyId: "none" }, "kmsMasterKeyId", "NotFoundException"],
]);

describeRefusals(
  "aws:sns/topicPolicy:TopicPolicy",
  (account) => ({ arn: account.get("topic", "arn"), policy: policy("*") }),
  [
    ["an unknown topic", { arn: "arn:x" }, "arn", "NotFound"],
    ["a malformed policy", { policy: "{" }, "policy", "InvalidParameter"],
  ],
);

describeRefusals(
  "aws:sns/topicSubscription:TopicSubscription",
  (account) => ({ topic: account.get("topic", "arn"), protocol: "email", endpoint: "a@example.com" }),
  [["an unknown topic", { topic: "arn:x" }, "topic", "NotFound"]],
);

describeRefusals("aws:sqs/queue:Queue", () => ({ name: "terminations" }), [
  ["a name in use", { name: "events" }, "name", "QueueAlreadyExists"],
  ["a name of 81 characters", { name: "n".repeat(81) }, "name", "InvalidParameterValue"],
]);

describeRefusals(
  "aws:sqs/queuePolicy:QueuePolicy",
  (account) => ({ queueUrl: account.get("queue", "url"), policy: policy(account.get("queue", "arn")) }),
  [
    ["an unknown queue", { queueUrl: "https://none" }, "queueUrl", "AWS.SimpleQueueService.NonExistentQueue"],
    ["an empty resource", { policy: policy("") }, "policy.Statement[0].Resource", "InvalidAttributeValue"],
  ],
);

const schedule = (account: TestAccount, change: object = {}) => ({
  name: "rollout",
  groupName: "blue",
  flexibleTimeWindow: { mode: "OFF" },
  scheduleExpression: "cron(0 2 ? * SAT *)",
  target: {
    arn: "arn:aws:scheduler:::aws-sdk:autoscaling:startInstanceRefresh",
    roleArn: account.get("scheduler-role", "arn"),
    ...change,
  },
});

describeRefusals("aws:scheduler/schedule:Schedule", (account) => schedule(account), [
  ["a name of 65 characters", { name: "n".repeat(65) }, "name", "ValidationException"],
  ["an unknown schedule group", { groupName: "none" }, "groupName", "ResourceNotFoundException"],
  ["an unknown role", (account) => schedule(account, { roleArn: "arn:none" }), "target.roleArn", "ValidationException"],
]);

describeRefusals("aws:scheduler/scheduleGroup:ScheduleGroup", () => ({ name: "green" }), [
  ["a name in use", { name: "blue" }, "name", "ConflictException"],
  ["a name with a space", { name: "blue green" }, "name", "ValidationException"],
]);
