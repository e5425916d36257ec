/** Queues, and EventBridge rules that fill them. */
import type * as aws from "@pulumi/aws";
import { type ResourceHandler, resourceHandler } from "./resourceHandler";

export const messagingHandlers: Readonly<Record<string, ResourceHandler>> = {
  "aws:sqs/queue:Queue": resourceHandler<aws.sqs.QueueArgs>(async (_inputs, { call }, { name }) => {
    const { QueueUrl: url } = await call("sqs", "AmazonSQS.CreateQueue", { QueueName: name });
    const attributes = { QueueUrl: url, AttributeNames: ["QueueArn"] };
    const { Attributes = {} } = await call("sqs", "AmazonSQS.GetQueueAttributes", attributes);
    return { id: String(url), url: String(url), arn: (Attributes as { QueueArn?: string }).QueueArn };
  }),

  "aws:cloudwatch/eventRule:EventRule": resourceHandler<aws.cloudwatch.EventRuleArgs>(
    async (inputs, { call }, { name }) => {
      const { RuleArn } = await call("events", "AWSEvents.PutRule", { Name: name, EventPattern: inputs.eventPattern });
      return { id: name, arn: String(RuleArn) };
    },
  ),

  "aws:cloudwatch/eventTarget:EventTarget": resourceHandler<aws.cloudwatch.EventTargetArgs>(
    async (inputs, { call }) => {
      const target = { Id: inputs.targetId ?? "target", Arn: inputs.arn };
      await call("events", "AWSEvents.PutTargets", { Rule: inputs.rule, Targets: [target] });
    },
  ),
};
