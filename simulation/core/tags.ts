import type { Request } from "./resourceType";
import { show } from "./text";

const unpairedOrControl = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/u;

/** Refuses tags that EC2 and most services do not take: too many, reserved, too long, unusual characters. */
export function checkTags(
  { refuse }: Pick<Request<unknown>, "refuse">,
  tags: Readonly<Record<string, string>> | undefined,
  property = "tags",
): void {
  const entries = Object.entries(tags ?? {});
  if (entries.length > 50) {
    refuse(property, "TagLimitExceeded", `More than 50 tags were specified: ${show(entries.length)}`);
  }
  for (const [key, value] of entries) {
    const path = `${property}.${key}`;
    if (/^aws:/i.test(key)) {
      refuse(path, "InvalidParameterValue", `Tag keys starting with 'aws:' are reserved for internal use: ${key}`);
    }
    if (key.length === 0 || key.length > 128) {
      refuse(path, "InvalidParameterValue", "Tag keys are 1 to 128 characters long");
    }
    if (typeof value !== "string" || value.length > 256) {
      refuse(path, "InvalidParameterValue", "Tag values are text of at most 256 characters");
    } else if (unpairedOrControl.test(key + value)) {
      refuse(path, "InvalidParameterValue", "Tags hold letters, numbers, spaces and _ . : / = + - @ only");
    }
  }
}
