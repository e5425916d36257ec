/** A line that is in one text and not in the other. */
export interface ChangedLine {
  readonly sign: "+" | "-";
  readonly line: string;
}

/** Above this many pairs of lines a comparison takes too long to be worth it. */
const mostPairs = 4_000_000;

/**
 * Lines that were taken out of a text or put into it, in order (by the longest common subsequence). Undefined where the
 * texts are too long to compare.
 */
export function changedLines(before: string, after: string): readonly ChangedLine[] | undefined {
  const left = before.split("\n");
  const right = after.split("\n");
  if (left.length * right.length > mostPairs) return undefined;
  const common = commonLengths(left, right);
  const changed: ChangedLine[] = [];
  let row = 0;
  let column = 0;
  while (row < left.length || column < right.length) {
    const [removed, added] = [left[row], right[column]];
    if (removed !== undefined && removed === added) {
      row++;
      column++;
    } else if (
      added === undefined ||
      (removed !== undefined && at(common, row + 1, column) >= at(common, row, column + 1))
    ) {
      changed.push({ sign: "-", line: removed ?? "" });
      row++;
    } else {
      changed.push({ sign: "+", line: added });
      column++;
    }
  }
  return changed;
}

const at = (table: readonly Uint32Array[], row: number, column: number): number => table[row]?.[column] ?? 0;

/** Length of the longest common subsequence of what is left from each row and column on. */
function commonLengths(left: readonly string[], right: readonly string[]): readonly Uint32Array[] {
  const table = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let row = left.length - 1; row >= 0; row--) {
    const current = table[row];
    if (!current) continue;
    for (let column = right.length - 1; column >= 0; column--) {
      current[column] =
        left[row] === right[column]
          ? at(table, row + 1, column + 1) + 1
          : Math.max(at(table, row + 1, column), at(table, row, column + 1));
    }
  }
  return table;
}
