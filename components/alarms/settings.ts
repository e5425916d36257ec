import { emailRule, topicRule } from "./textRules";
import { mapping, text, texts } from "../settings/fields";
import type { Parsed } from "../settings/fields";

export const alarmsSettings = mapping({
  email: texts(emailRule, {
    description: "Email addresses that receive alarms; AWS asks each one to confirm its subscription.",
  }).default([]),
  topicArn: text(topicRule, {
    description: "Existing SNS topic in the cluster's region that receives alarms.",
    defaultIs: "absent: the stack creates a topic",
  }).optional(),
})
  .prefault({})
  .meta({ description: "Recipients of alarms.", examples: [{ email: ["kubernetes@example.com"] }] });

export type AlarmsSpec = Parsed<typeof alarmsSettings>;
