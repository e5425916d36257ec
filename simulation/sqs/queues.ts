import type { QueueArgs, QueuePolicyArgs } from "@pulumi/aws/sqs";

import { checkText } from "../core/checks";
import { resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { checkPolicy } from "../iam/policyDocument";

const queueType = "aws:sqs/queue:Queue";

const queue = resourceType<QueueArgs>({
  token: queueType,
  replaceOn: ["name", "namePrefix", "fifoQueue"],
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
    checkPolicy(request, "policy", policy, { kind: "resource", maxLength: 8192, code: "InvalidAttributeValue" });
  },
  create: ({ inputs }) => ({ id: inputs.queueUrl, outputs: {} }),
});

export const queueTypes = [queue, queuePolicy];
