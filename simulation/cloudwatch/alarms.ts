import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch";

import { checkText } from "../core/checks";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";
import { alarmRules } from "./alarmRules";

const alarm = resourceType<MetricAlarmArgs>({
  token: "aws:cloudwatch/metricAlarm:MetricAlarm",
  replaceOn: ["name"],
  autoName: { property: "name" },
  rules: alarmRules,
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "ResourceConflict",
    message: `An alarm named ${toText(inputs.name)} already exists`,
  }),
  check(request) {
    checkText(request, "name", request.inputs.name, { maxLength: 255, pattern: /^[^\p{C}]+$/u });
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
