import type { TopicArgs, TopicPolicyArgs, TopicSubscriptionArgs } from "@pulumi/aws/sns";

import { checkText } from "../core/checks";
import { uuid } from "../core/identifiers";
import { resolveKmsKey, resolveReferenceBy } from "../core/references";
import type { CheckContext } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { checkPolicy } from "../iam/policyDocument";
import { policySizeRule } from "../iam/rules";

const topicType = "aws:sns/topic:Topic";

const resolveTopic = (context: CheckContext, property: string, arn: unknown) =>
  resolveReferenceBy(context, property, arn, {
    type: topicType,
    by: "arn",
    code: "NotFound",
    message: "Topic does not exist",
  });

const topic = resourceType<TopicArgs>({
  token: topicType,
  replaceOn: ["name", "namePrefix", "fifoTopic"],
  autoName: { property: "name" },
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, { maxLength: 256, pattern: /^[\w-]+$/, code: "InvalidParameter" });
    resolveKmsKey(request, "kmsMasterKeyId", inputs.kmsMasterKeyId);
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, world }) => {
    const arn = world.arn("sns", toText(inputs.name));
    return { id: arn, outputs: { arn, owner: world.account } };
  },
});

const topicPolicy = resourceType<TopicPolicyArgs>({
  token: "aws:sns/topicPolicy:TopicPolicy",
  replaceOn: ["arn"],
  check(request) {
    resolveTopic(request, "arn", request.inputs.arn);
    checkPolicy(request, "policy", request.inputs.policy, { kind: "resource", code: "InvalidParameter" });
  },
  rules: [
    policySizeRule<TopicPolicyArgs>({
      id: "topic-policy-size",
      sentence: "A topic policy has at most 30 KB.",
      source: "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html",
      max: 30_720,
      property: "policy",
      policy: ({ policy }) => policy,
    }),
  ],
  create: ({ inputs, world }) => ({ id: inputs.arn, outputs: { owner: world.account } }),
});

const subscription = resourceType<TopicSubscriptionArgs>({
  token: "aws:sns/topicSubscription:TopicSubscription",
  replaceOn: ["topic", "protocol", "endpoint"],
  check(request) {
    resolveTopic(request, "topic", request.inputs.topic);
  },
  create: ({ inputs, seed }) => {
    const arn = `${toText(inputs.topic)}:${uuid(seed)}`;
    return { id: arn, outputs: { arn } };
  },
});

export const topicTypes = [topic, topicPolicy, subscription];
