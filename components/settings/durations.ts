import { scalarText } from "./fields";
import type { FieldMeta } from "./fields";
import type { TextRule } from "./textRules";

const form = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/;

/** Seconds of a duration in whole hours, minutes and seconds, in Kubernetes' notation (`90s`, `1h30m`); undefined for other texts. */
export function parseDuration(text: string): number | undefined {
  const parts = form.exec(text);
  if (parts === null || text === "") return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part: string | undefined) => Number(part ?? 0));
  return hours * 3600 + minutes * 60 + seconds;
}

/** Rule for a duration between two others, both ends included. */
function durationRule(least: string, most: string): TextRule {
  const [min = 0, max = 0] = [least, most].map(parseDuration);
  return (text) => {
    const seconds = parseDuration(text);
    if (seconds === undefined) return "write a duration in whole hours, minutes and seconds, such as 90s, 10m or 1h30m";
    return seconds >= min && seconds <= max ? undefined : `write a duration from ${least} to ${most}`;
  };
}

/** Duration in Kubernetes' notation. */
export function duration(least: string, most: string, { description, ...meta }: FieldMeta) {
  return scalarText(durationRule(least, most)).meta({ ...meta, description: `${description} ${least} to ${most}.` });
}
