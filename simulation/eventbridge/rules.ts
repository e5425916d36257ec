import type { EventRuleArgs, EventTargetArgs } from "@pulumi/aws/cloudwatch";

import { checkText } from "../core/checks";
import { resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";

const eventRule = resourceType<EventRuleArgs>({
  token: "aws:cloudwatch/eventRule:EventRule",
  replaceOn: ["name", "namePrefix", "eventBusName"],
  autoName: { property: "name" },
  inUseCode: "ValidationException",
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, {
      maxLength: 64,
      pattern: /^[.\-_A-Za-z0-9]+$/,
      code: "ValidationException",
    });
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, world }) => ({
    id: toText(inputs.name),
    outputs: { arn: world.arn("events", `rule/${toText(inputs.name)}`) },
  }),
});

const eventTarget = resourceType<EventTargetArgs>({
  token: "aws:cloudwatch/eventTarget:EventTarget",
  replaceOn: ["rule", "targetId", "eventBusName"],
  check(request) {
    const { inputs } = request;
    resolveReferenceBy(request, "rule", inputs.rule, {
      type: "aws:cloudwatch/eventRule:EventRule",
      by: "name",
      code: "ResourceNotFoundException",
      message: `Rule ${inputs.rule} does not exist on EventBus default.`,
    });
    resolveReferenceBy(request, "arn", inputs.arn, {
      type: "aws:sqs/queue:Queue",
      by: "arn",
      code: "ValidationException",
      message: `Provided Arn is not in correct format or does not exist: ${inputs.arn}`,
    });
  },
  create: ({ inputs, seed }) => ({ id: `${inputs.rule}-${inputs.targetId ?? seed}`, outputs: {} }),
});

export const eventRuleTypes = [eventRule, eventTarget];
