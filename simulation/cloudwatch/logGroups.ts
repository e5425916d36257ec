import type { LogGroupArgs } from "@pulumi/aws/cloudwatch";

import { checkOneOf, checkText } from "../core/checks";
import { resolveKmsKey } from "../core/references";
import { resourceType } from "../core/resourceType";
import { checkTags } from "../core/tags";
import { toText } from "../core/text";

/** Retentions of CloudWatch Logs in days; 0 keeps events forever. */
const retentions = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const logGroup = resourceType<LogGroupArgs>({
  token: "aws:cloudwatch/logGroup:LogGroup",
  replaceOn: ["name", "namePrefix", "logGroupClass"],
  autoName: { property: "name" },
  unique: (inputs) => ({
    key: toText(inputs.name),
    property: "name",
    code: "ResourceAlreadyExistsException",
    message: "The specified log group already exists",
  }),
  check(request) {
    const { inputs } = request;
    checkText(request, "name", inputs.name, {
      maxLength: 512,
      pattern: /^[.\-_/#A-Za-z0-9]+$/,
      code: "InvalidParameterException",
    });
    checkOneOf(request, "retentionInDays", inputs.retentionInDays, retentions, "InvalidParameterException");
    resolveKmsKey(request, "kmsKeyId", inputs.kmsKeyId);
    checkTags(request, inputs.tags);
  },
  create: ({ inputs, world }) => ({
    id: toText(inputs.name),
    outputs: {
      arn: world.arn("logs", `log-group:${toText(inputs.name)}`),
      retentionInDays: inputs.retentionInDays ?? 0,
    },
  }),
});

export const logGroupTypes = [logGroup];
