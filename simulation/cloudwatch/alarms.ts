import type { EventRuleArgs, EventTargetArgs, LogGroupArgs, MetricAlarmArgs } from "@pulumi/aws/cloudwatch";

import { checkOneOf, checkRange, checkText } from "../core/checks";
import { referBy, referKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { show } from "../core/text";

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

/** One metric, or queries of which one is looked at; and how far back (API reference, PutMetricAlarm). */
function checkMetrics({ inputs, refuse }: Request<MetricAlarmArgs>): void {
  const { metricName, statistic, extendedStatistic, metricQueries, period = 60 } = inputs;
  const queries = metricQueries ?? [];
  if (queries.length > 0 && (metricName ?? statistic ?? inputs.period) !== undefined) {
    refuse(
      "metricQueries",
      "ValidationError",
      "Metrics list and metric name, statistic or period are mutually exclusive",
    );
  }
  if (metricName !== undefined && statistic === undefined && extendedStatistic === undefined) {
    refuse("statistic", "MissingParameter", "Exactly one of statistic or extended statistic is required");
  }
  const watched = queries.filter(({ returnData }) => returnData === true).length;
  if (queries.length > 0 && watched !== 1) {
    refuse("metricQueries", "ValidationError", `Exactly one element must return data, not ${show(watched)}`);
  }
  const ids = queries.map(({ id }) => id);
  queries.forEach(({ id, expression, metric }, index) => {
    const path = `metricQueries[${show(index)}]`;
    if (!/^[a-z][a-zA-Z0-9_]*$/.test(id) || ids.indexOf(id) < index) {
      refuse(`${path}.id`, "ValidationError", `The value '${id}' must be unique and begin with a lower-case letter`);
    }
    if ((expression === undefined) === (metric === undefined)) {
      refuse(path, "ValidationError", "Exactly one of Expression and MetricStat is given");
    }
  });
  const periods = [
    ["period", period],
    ...queries.map((query, index) => [`metricQueries[${show(index)}].metric.period`, query.metric?.period ?? 60]),
  ] as [string, number][];
  for (const [property, seconds] of periods) {
    if (![10, 20, 30].includes(seconds) && seconds % 60 !== 0) {
      refuse(
        property,
        "ValidationError",
        `Period must be 10, 20, 30 or a multiple of 60 seconds, not ${show(seconds)}`,
      );
    }
  }
  const { evaluationPeriods = 1 } = inputs;
  const longest = Math.max(...periods.map(([, seconds]) => seconds));
  const days = longest < 3600 ? 1 : 7;
  if (longest * evaluationPeriods > days * 86_400) {
    refuse(
      "evaluationPeriods",
      "ValidationError",
      `Metrics cannot be checked across more than ${days} day(s) (EvaluationPeriods * Period must be <= ${days * 86_400})`,
    );
  }
}

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
    checkRange(request, "datapointsToAlarm", inputs.datapointsToAlarm, [1, inputs.evaluationPeriods ?? 1]);
    checkMetrics(request);
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
