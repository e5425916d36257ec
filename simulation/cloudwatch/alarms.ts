import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch";

import { checkText } from "../core/checks";
import { resourceType } from "../core/resourceType";
import type { Request } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";

const daySeconds = 86_400;

/** Refuses an alarm that looks back further than CloudWatch allows (API reference, PutMetricAlarm). */
function checkEvaluationWindow({ inputs, refuse }: Request<MetricAlarmArgs>): void {
  const { metricQueries = [], period = 60, evaluationPeriods = 1 } = inputs;
  const longest = Math.max(period, ...metricQueries.map(({ metric }) => metric?.period ?? 0));
  const days = longest < 3600 ? 1 : 7;
  if (longest * evaluationPeriods <= days * daySeconds) return;
  refuse(
    "evaluationPeriods",
    "ValidationError",
    `Metrics cannot be checked across more than ${days} day(s) (EvaluationPeriods * Period must be <= ${days * daySeconds})`,
  );
}

const alarm = resourceType<MetricAlarmArgs>({
  token: "aws:cloudwatch/metricAlarm:MetricAlarm",
  replaceOn: ["name"],
  autoName: { property: "name" },
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "ResourceConflict",
    message: `An alarm named ${toText(inputs.name)} already exists`,
  }),
  check(request) {
    checkText(request, "name", request.inputs.name, { maxLength: 255, pattern: /^[^\p{C}]+$/u });
    checkEvaluationWindow(request);
    checkTags(request, request.inputs.tags);
  },
  create: ({ inputs, world }) => ({
    id: toText(inputs.name),
    outputs: {
      arn: world.arn("cloudwatch", `alarm:${toText(inputs.name)}`),
      treatMissingData: inputs.treatMissingData ?? "missing",
    },
  }),
});

export const alarmTypes = [alarm];
