import { text } from "../report/resourceDetails";
import { decodeUserData } from "../report/userData";
import { describeUrn } from "../report/grouping";
import type { PropertyChange } from "./changes";
import type { ChangedLine } from "./lineDiff";
import { changedLines } from "./lineDiff";

/** Changed property in the form of a report. */
export interface ChangeDescription {
  readonly path: string;
  readonly replaces: boolean;
  /** Resource whose new output the property holds: `ec2 Vpc prod-network-vpc`. */
  readonly follows: string | undefined;
  /** Changed lines of a text with several lines. */
  readonly lines?: readonly ChangedLine[];
  /** Old and new value otherwise; absent if only the output of `follows` changes. */
  readonly values?: readonly [before: string, after: string];
}

/** Longest value on one line. Longer ones (archives, keys in base64) are not readable. */
const maxValueLength = 400;

export function describeChange({ path, before, after, replaces, follows }: PropertyChange): ChangeDescription {
  const description = { path, replaces, follows: follows === undefined ? undefined : describeUrn(follows) };
  if (before === after) return description;
  const lines = linesOf(before, after);
  return lines ? { ...description, lines } : { ...description, values: [valueOf(before), valueOf(after)] };
}

/** Changed lines if one of the texts has several. User data is decoded first. */
function linesOf(before: unknown, after: unknown): readonly ChangedLine[] | undefined {
  if (typeof before !== "string" || typeof after !== "string") return undefined;
  const [left, right] = [decodeUserData(before), decodeUserData(after)];
  return left.includes("\n") || right.includes("\n") ? changedLines(left, right) : undefined;
}

function valueOf(value: unknown): string {
  if (value === undefined) return "nothing";
  const shown = text(value);
  if (shown.length > maxValueLength) return `${shown.length} characters`;
  return shown === "" ? '""' : shown;
}
