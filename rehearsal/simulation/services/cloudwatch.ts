import type { EventRuleArgs, EventTargetArgs, LogGroupArgs, MetricAlarmArgs } from "@pulumi/aws/cloudwatch";

import { checkOneOf, checkRange, checkText } from "../limits";
import { referBy, referKey } from "../references";
import { resourceType } from "../resourceType";
import { checkTags } from "../tags";
import { show } from "../show";

/** Days that CloudWatch Logs keeps events; 0 is for ever. */
const retentions = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const logGroup = resourceType<LogGroupArgs>({
  token: "aws:cloudwatch/logGroup:LogGroup",
  replaceOn: ["name", "namePrefix", "logGroupClass"],
  autoName: { property: "name", longest: 512 },
  unique: (inputs) => ({
    key: show(inputs.name),
    property: "name",
    code: "ResourceAlreadyExistsException",
    message: "The specified log group already exists",
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, {
      longest: 512,
      pattern: /^[.\-_/#A-Za-z0-9]+$/,
      code: "InvalidParameterException",
    });
    checkOneOf(request, "retentionInDays", inputs.retentionInDays, retentions, "InvalidParameterException");
    referKey(request, "kmsKeyId", inputs.kmsKeyId);
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, world }) => ({
    id: show(inputs.name),
    outputs: { arn: world.arn("logs", `log-group:${show(inputs.name)}`), retentionInDays: inputs.retentionInDays ?? 0 },
  }),
});

const alarm = resourceType<MetricAlarmArgs>({
  token: "aws:cloudwatch/metricAlarm:MetricAlarm",
  replaceOn: ["name"],
  autoName: { property: "name", longest: 255 },
  unique: (inputs) => ({
    key: show(inputs.name),
    property: "name",
    code: "ResourceConflict",
    message: `An alarm named ${show(inputs.name)} already exists`,
  }),
  check(request) {
    const { inputs, world, refuse } = request;
    checkText(request, "name", inputs.name, { longest: 255, pattern: /^[^\p{C}]+$/u });
    checkOneOf(request, "comparisonOperator", inputs.comparisonOperator, [
      "GreaterThanOrEqualToThreshold",
      "GreaterThanThreshold",
      "LessThanThreshold",
      "LessThanOrEqualToThreshold",
      "LessThanLowerOrGreaterThanUpperThreshold",
      "LessThanLowerThreshold",
      "GreaterThanUpperThreshold",
    ]);
    checkOneOf(request, "statistic", inputs.statistic, ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]);
    checkOneOf(request, "treatMissingData", inputs.treatMissingData, [
      "missing",
      "ignore",
      "breaching",
      "notBreaching",
    ]);
    checkRange(request, "evaluationPeriods", inputs.evaluationPeriods, [1, 2_147_483_647]);
    const period = inputs.period ?? 60;
    if (![10, 20, 30].includes(period) && period % 60 !== 0) {
      refuse("period", "ValidationError", `Period must be 10, 20, 30 or a multiple of 60 seconds, not ${show(period)}`);
    }
    if (period * (inputs.evaluationPeriods ?? 1) > 604_800) {
      refuse(
        "evaluationPeriods",
        "ValidationError",
        "Metrics cannot be checked across more than 7 days (EvaluationPeriods * Period must be <= 604800)",
      );
    }
    for (const property of ["alarmActions", "okActions", "insufficientDataActions"] as const) {
      (inputs[property] ?? []).forEach((action, index) => {
        const here = /^arn:[\w-]+:sns:/.test(show(action));
        if (here && world.find("aws:sns/topic:Topic", "arn", action) === undefined) {
          refuse(`${property}[${show(index)}]`, "ValidationError", `Invalid ARN: no topic ${show(action)}`);
        }
      });
    }
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, world }) => ({
    id: show(inputs.name),
    outputs: {
      arn: world.arn("cloudwatch", `alarm:${show(inputs.name)}`),
      treatMissingData: inputs.treatMissingData ?? "missing",
    },
  }),
});

const eventRule = resourceType<EventRuleArgs>({
  token: "aws:cloudwatch/eventRule:EventRule",
  replaceOn: ["name", "namePrefix", "eventBusName"],
  autoName: { property: "name", longest: 64 },
  guardedBy: "ValidationException",
  check(request) {
    const { inputs, refuse } = request;
    checkText(request, "name", inputs.name, {
      longest: 64,
      pattern: /^[.\-_A-Za-z0-9]+$/,
      code: "ValidationException",
    });
    if (inputs.eventPattern === undefined && inputs.scheduleExpression === undefined) {
      refuse(
        "eventPattern",
        "ValidationException",
        "Parameter(s) EventPattern, ScheduleExpression: at least one must be specified.",
      );
    }
    if (inputs.scheduleExpression !== undefined && !/^(rate|cron)\(.+\)$/.test(inputs.scheduleExpression)) {
      refuse("scheduleExpression", "ValidationException", "Parameter ScheduleExpression is not valid.");
    }
    try {
      if (inputs.eventPattern !== undefined) JSON.parse(inputs.eventPattern);
    } catch {
      refuse("eventPattern", "InvalidEventPatternException", "Event pattern is not valid. Reason: it is not JSON");
    }
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, world }) => ({
    id: show(inputs.name),
    outputs: { arn: world.arn("events", `rule/${show(inputs.name)}`) },
  }),
});

const eventTarget = resourceType<EventTargetArgs>({
  token: "aws:cloudwatch/eventTarget:EventTarget",
  replaceOn: ["rule", "targetId", "eventBusName"],
  check(request) {
    const { inputs, world, refuse } = request;
    referBy(request, "rule", inputs.rule, {
      type: "aws:cloudwatch/eventRule:EventRule",
      by: "name",
      code: "ResourceNotFoundException",
      message: `Rule ${inputs.rule} does not exist on EventBus default.`,
    });
    const types: Readonly<Record<string, string>> = { sqs: "aws:sqs/queue:Queue", sns: "aws:sns/topic:Topic" };
    const type = types[inputs.arn.split(":")[2] ?? ""];
    if (type !== undefined && world.find(type, "arn", inputs.arn) === undefined) {
      refuse("arn", "ValidationException", `Provided Arn is not in correct format or does not exist: ${inputs.arn}`);
    }
  },
  create: ({ inputs, seed }) => ({ id: `${inputs.rule}-${inputs.targetId ?? seed}`, outputs: {} }),
});

/** Logs, alarms and events. */
export const cloudwatchTypes = [logGroup, alarm, eventRule, eventTarget];
