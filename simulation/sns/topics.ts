import type { TopicArgs, TopicPolicyArgs, TopicSubscriptionArgs } from "@pulumi/aws/sns";
import type { QueueArgs, QueuePolicyArgs } from "@pulumi/aws/sqs";

import { uuid } from "../core/identifiers";
import { checkOneOf, checkRange, checkText } from "../core/checks";
import { checkPolicy } from "../iam/policyDocument";
import { referBy, referKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { show } from "../core/text";

const topicType = "aws:sns/topic:Topic";
const queueType = "aws:sqs/queue:Queue";

const topic = resourceType<TopicArgs>({
  token: topicType,
  replaceOn: ["name", "namePrefix", "fifoTopic"],
  autoName: { property: "name", longest: 256 },
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, { longest: 256, pattern: /^[\w-]+(\.fifo)?$/, code: "InvalidParameter" });
    referKey(request, "kmsMasterKeyId", inputs.kmsMasterKeyId);
    if (inputs.policy !== undefined)
      checkPolicy(request, "policy", inputs.policy, { kind: "resource", longest: 30_720, code: "InvalidParameter" });
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, world }) => {
    const arn = world.arn("sns", show(inputs.name));
    return { id: arn, outputs: { arn, owner: world.account } };
  },
});

const topicPolicy = resourceType<TopicPolicyArgs>({
  token: "aws:sns/topicPolicy:TopicPolicy",
  replaceOn: ["arn"],
  check(request) {
    const { arn, policy } = request.inputs;
    referBy(request, "arn", arn, { type: topicType, by: "arn", code: "NotFound", message: "Topic does not exist" });
    checkPolicy(request, "policy", policy, { kind: "resource", longest: 30_720, code: "InvalidParameter" });
  },
  create: ({ inputs, world }) => ({ id: inputs.arn, outputs: { owner: world.account } }),
});

const subscription = resourceType<TopicSubscriptionArgs>({
  token: "aws:sns/topicSubscription:TopicSubscription",
  replaceOn: ["topic", "protocol", "endpoint"],
  check(request) {
    const { inputs } = request;
    referBy(request, "topic", inputs.topic, {
      type: topicType,
      by: "arn",
      code: "NotFound",
      message: "Topic does not exist",
    });
    checkOneOf(
      request,
      "protocol",
      inputs.protocol,
      ["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"],
      "InvalidParameter",
    );
    if (inputs.protocol !== "sqs") return;
    referBy(request, "endpoint", inputs.endpoint, {
      type: queueType,
      by: "arn",
      code: "InvalidParameter",
      message: `Invalid parameter: SQS endpoint ARN ${show(inputs.endpoint)}`,
    });
  },
  create: ({ inputs, seed }) => {
    const arn = `${show(inputs.topic)}:${uuid(seed)}`;
    return { id: arn, outputs: { arn } };
  },
});

const queue = resourceType<QueueArgs>({
  token: queueType,
  replaceOn: ["name", "namePrefix", "fifoQueue"],
  autoName: { property: "name", longest: 80 },
  unique: (inputs) => ({
    key: show(inputs.name),
    property: "name",
    code: "QueueAlreadyExists",
    message: "A queue already exists with the same name and a different value for an attribute",
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, {
      longest: 80,
      pattern: /^[\w-]+(\.fifo)?$/,
      code: "InvalidParameterValue",
    });
    const ranges = {
      visibilityTimeoutSeconds: [0, 43_200],
      messageRetentionSeconds: [60, 1_209_600],
      delaySeconds: [0, 900],
      receiveWaitTimeSeconds: [0, 20],
      maxMessageSize: [1024, 1_048_576],
    } as const;
    for (const property of Object.keys(ranges) as (keyof typeof ranges)[]) {
      checkRange(request, property, inputs[property], ranges[property], "InvalidAttributeValue");
    }
    referKey(request, "kmsMasterKeyId", inputs.kmsMasterKeyId);
    if (inputs.policy !== undefined)
      checkPolicy(request, "policy", inputs.policy, { kind: "resource", longest: 8192, code: "InvalidAttributeValue" });
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, world }) => {
    const url = `https://sqs.${world.region}.${world.dnsSuffix}/${world.account}/${show(inputs.name)}`;
    return { id: url, outputs: { arn: world.arn("sqs", show(inputs.name)), url } };
  },
});

const queuePolicy = resourceType<QueuePolicyArgs>({
  token: "aws:sqs/queuePolicy:QueuePolicy",
  replaceOn: ["queueUrl"],
  check(request) {
    const { queueUrl, policy } = request.inputs;
    referBy(request, "queueUrl", queueUrl, {
      type: queueType,
      by: "url",
      code: "AWS.SimpleQueueService.NonExistentQueue",
      message: "The specified queue does not exist.",
    });
    checkPolicy(request, "policy", policy, { kind: "resource", longest: 8192, code: "InvalidAttributeValue" });
  },
  create: ({ inputs }) => ({ id: inputs.queueUrl, outputs: {} }),
});

/** Topics and queues. */
export const messagingTypes = [topic, topicPolicy, subscription, queue, queuePolicy];
