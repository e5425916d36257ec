import type { EventRuleArgs, EventTargetArgs } from "@pulumi/aws/cloudwatch";

import { checkText } from "../core/checks";
import { resolveReferenceBy } from "../core/references";
import { resourceType } from "../core/resourceType";
import { guides } from "../core/rule";
import type { Rule } from "../core/rule";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";

const targetType = "aws:cloudwatch/eventTarget:EventTarget";

/** Default quota of an event pattern, in characters. */
const maxPattern = 2048;

/** Quota of targets per rule. */
const maxTargets = 5;

const ruleRules: readonly Rule<EventRuleArgs>[] = [
  {
    id: "event-rule-trigger",
    sentence: "A rule has an event pattern or a schedule.",
    source: `${guides.eventBridge}/APIReference/API_PutRule.html`,
    code: "ValidationException",
    check({ inputs: { eventPattern, scheduleExpression } }, violated) {
      if (eventPattern !== undefined || scheduleExpression !== undefined) return;
      violated("eventPattern", "Parameter(s) EventPattern or ScheduleExpression must be specified.");
    },
  },
  {
    id: "event-pattern-size",
    sentence: `An event pattern has at most ${maxPattern} characters (default quota).`,
    source: `${guides.eventBridge}/userguide/eb-quota.html`,
    code: "LimitExceededException",
    check({ inputs: { eventPattern = "" } }, violated) {
      if (eventPattern.length <= maxPattern) return;
      violated("eventPattern", `The event pattern has ${eventPattern.length} characters; the quota is ${maxPattern}`);
    },
  },
];

const targetRules: readonly Rule<EventTargetArgs>[] = [
  {
    id: "event-rule-targets",
    sentence: `A rule has at most ${maxTargets} targets.`,
    source: `${guides.eventBridge}/APIReference/API_PutTargets.html`,
    code: "LimitExceededException",
    check({ inputs: { rule }, world }, violated) {
      if (world.where(targetType, "rule", rule).length < maxTargets) return;
      violated("rule", `The requested resource exceeds the maximum number allowed: ${maxTargets} targets`);
    },
  },
];

const eventRule = resourceType<EventRuleArgs>({
  token: "aws:cloudwatch/eventRule:EventRule",
  replaceOn: ["name", "namePrefix", "eventBusName"],
  autoName: { property: "name" },
  inUseCode: "ValidationException",
  rules: ruleRules,
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
  token: targetType,
  rules: targetRules,
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
