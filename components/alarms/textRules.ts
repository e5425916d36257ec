import type { TextRule } from "../settings/textRules";

/** Email address. */
export const emailRule: TextRule = (text) =>
  /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text) && text.length <= 254
    ? undefined
    : "not an email address; write one such as kubernetes@example.com";

/** ARN of a standard SNS topic. */
export const topicRule: TextRule = (text) => {
  if (/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/.test(text)) return undefined;
  return text.endsWith(".fifo")
    ? "CloudWatch alarms cannot publish to FIFO topics; write the ARN of a standard topic"
    : "not a topic ARN; write one such as arn:aws:sns:eu-central-1:123456789012:alarms";
};
