import { diffArrays } from "diff";

/** Line that only one of two texts has. */
export interface ChangedLine {
  readonly sign: "+" | "-";
  readonly line: string;
}

/** Texts with more changed lines are too slow to compare and too long to read. */
const maxChangedLines = 2000;

/** Lines removed from a text or added to it, in order; undefined if there are too many. */
export function changedLines(before: string, after: string): readonly ChangedLine[] | undefined {
  const changes = diffArrays(before.split("\n"), after.split("\n"), { maxEditLength: maxChangedLines });
  return changes?.flatMap(({ added, removed, value }) =>
    added || removed ? value.map((line) => ({ sign: added ? "+" : "-", line }) as const) : [],
  );
}
