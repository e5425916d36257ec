import { text } from "../report/resourceDetails";
import { decodeUserData } from "../report/userData";
import { describeUrn } from "./changeGroups";
import type { PropertyChange } from "./changes";
import type { ChangedLine } from "./lineDiff";
import { changedLines } from "./lineDiff";

/** A changed property in the words of a report. */
export interface ChangeDescription {
  readonly path: string;
  readonly replaces: boolean;
  /** The resource whose change brings a new value: `ec2 Vpc prod-network-vpc`. */
  readonly follows: string | undefined;
  /** Of a text of several lines: those that differ. */
  readonly lines?: readonly ChangedLine[];
  /** Of anything else: what was there and what is to be; absent where only the new id of what it follows is to be. */
  readonly values?: readonly [before: string, after: string];
}

/** Longer values on one line are nothing that people read: archives, keys in base64. */
const longestValue = 400;

export function describeChange({ path, before, after, replaces, follows }: PropertyChange): ChangeDescription {
  const reading = { path, replaces, follows: follows === undefined ? undefined : describeUrn(follows) };
  if (before === after) return reading;
  const lines = linesOf(before, after);
  return lines ? { ...reading, lines } : { ...reading, values: [valueOf(before), valueOf(after)] };
}

/** Lines that differ, where one of two texts has several; user data is read out of base64. */
function linesOf(before: unknown, after: unknown): readonly ChangedLine[] | undefined {
  if (typeof before !== "string" || typeof after !== "string") return undefined;
  const [left, right] = [decodeUserData(before), decodeUserData(after)];
  return left.includes("\n") || right.includes("\n") ? changedLines(left, right) : undefined;
}

function valueOf(value: unknown): string {
  if (value === undefined) return "nothing";
  const shown = text(value);
  if (shown.length > longestValue) return `${shown.length} characters`;
  return shown === "" ? '""' : shown;
}
