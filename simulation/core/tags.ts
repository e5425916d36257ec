import type { Refuse } from "./resourceType";

const invalidCharacter = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/u;

/** Refuses tags that EC2 and most services refuse: too many, reserved, too long, invalid characters. */
export function checkTags(
  { refuse }: { readonly refuse: Refuse },
  tags: Readonly<Record<string, string>> | undefined,
  property = "tags",
): void {
  const entries = Object.entries(tags ?? {});
  if (entries.length > 50) {
    refuse(property, "TagLimitExceeded", `More than 50 tags were specified: ${entries.length}`);
  }
  for (const [key, value] of entries) {
    const refuseTag = (message: string): void => {
      refuse(`${property}.${key}`, "InvalidParameterValue", message);
    };
    if (/^aws:/i.test(key)) refuseTag(`Tag keys starting with 'aws:' are reserved for internal use: ${key}`);
    if (key.length === 0 || key.length > 128) refuseTag("Tag keys are 1 to 128 characters long");
    if (value.length > 256) refuseTag("Tag values are text of at most 256 characters");
    else if (invalidCharacter.test(key + value)) {
      refuseTag("Tags hold letters, numbers, spaces and _ . : / = + - @ only");
    }
  }
}
