import type { QueueArgs, QueuePolicyArgs } from "@pulumi/aws/sqs";

import { checkText } from "../core/checks";
import { resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { checkPolicy, statementsOf } from "../iam/policyDocument";
import { policySizeRule } from "../iam/rules";

const queueType = "aws:sqs/queue:Queue";

const createQueue = `${guides.sqs}/APIReference/API_CreateQueue.html`;
const policyQuotas = `${guides.sqs}/SQSDeveloperGuide/quotas-policies.html`;

const range = (
  id: string,
  property: "delaySeconds" | "messageRetentionSeconds" | "receiveWaitTimeSeconds" | "visibilityTimeoutSeconds",
  [min, max]: readonly [number, number],
): Rule<QueueArgs> => ({
  id,
  sentence: `\`${property}\` of a queue is ${min} to ${max}.`,
  source: createQueue,
  code: "InvalidAttributeValue",
  check({ inputs }, violated) {
    const value = inputs[property];
    if (value === undefined || (value >= min && value <= max)) return;
    violated(property, `Invalid value for the parameter ${property}: ${value} is not from ${min} to ${max}`);
  },
});

const queueRules: readonly Rule<QueueArgs>[] = [
  range("queue-delay", "delaySeconds", [0, 900]),
  range("queue-retention", "messageRetentionSeconds", [60, 1_209_600]),
  range("queue-wait", "receiveWaitTimeSeconds", [0, 20]),
  range("queue-visibility", "visibilityTimeoutSeconds", [0, 43_200]),
  {
    id: "queue-one-encryption",
    sentence: "A queue is encrypted with a KMS key or with keys of SQS, not with both.",
    source: createQueue,
    code: "InvalidAttributeValue",
    check({ inputs: { kmsMasterKeyId, sqsManagedSseEnabled } }, violated) {
      if (kmsMasterKeyId === undefined || sqsManagedSseEnabled !== true) return;
      violated("sqsManagedSseEnabled", "You can use one type of server-side encryption (SSE) at one time.");
    },
  },
];

const queuePolicyRules: readonly Rule<QueuePolicyArgs>[] = [
  policySizeRule<QueuePolicyArgs>({
    id: "queue-policy-size",
    sentence: "A queue policy has at most 8,192 bytes.",
    source: policyQuotas,
    max: 8192,
    property: "policy",
    policy: ({ policy }) => policy,
  }),
  {
    id: "queue-policy-statements",
    sentence: "A queue policy has at most 20 statements.",
    source: policyQuotas,
    code: "OverLimit",
    check({ inputs: { policy } }, violated) {
      const statements = statementsOf(policy).length;
      if (statements > 20) violated("policy", `The policy has ${statements} statements; the quota is 20`);
    },
  },
];

const queue = resourceType<QueueArgs>({
  token: queueType,
  replaceOn: ["name", "namePrefix", "fifoQueue"],
  rules: queueRules,
  autoName: { property: "name" },
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "QueueAlreadyExists",
    message: "A queue already exists with the same name and a different value for an attribute",
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, { maxLength: 80, pattern: /^[\w-]+$/, code: "InvalidParameterValue" });
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, world }) => {
    const url = `https://sqs.${world.region}.${world.dnsSuffix}/${world.account}/${toText(inputs.name)}`;
    return { id: url, outputs: { arn: world.arn("sqs", toText(inputs.name)), url } };
  },
});

const queuePolicy = resourceType<QueuePolicyArgs>({
  token: "aws:sqs/queuePolicy:QueuePolicy",
  replaceOn: ["queueUrl"],
  check(request) {
    const { queueUrl, policy } = request.inputs;
    resolveReferenceBy(request, "queueUrl", queueUrl, {
      type: queueType,
      by: "url",
      code: "AWS.SimpleQueueService.NonExistentQueue",
      message: "The specified queue does not exist.",
    });
    checkPolicy(request, "policy", policy, { kind: "resource", code: "InvalidAttributeValue" });
  },
  rules: queuePolicyRules,
  create: ({ inputs }) => ({ id: inputs.queueUrl, outputs: {} }),
});

export const queueTypes = [queue, queuePolicy];
