import type { Action, Comparison } from "./changes";

/** What terminal and HTML say alike. */

const words: Readonly<Record<Action, string>> = {
  create: "to create",
  update: "to update",
  replace: "to replace",
  delete: "to delete",
};

/** How many resources each thing would happen to, in one line. */
export function summarizeChanges({ changes, unchanged }: Pick<Comparison, "changes" | "unchanged">): string {
  const counts = Object.entries(words)
    .map(([action, word]) => ({ word, count: changes.filter((change) => change.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`);
  return [...(counts.length > 0 ? counts : ["no changes"]), `${unchanged} unchanged`].join(", ");
}

/** Size of a group: `1 machine`, `2 to 10 machines`. */
export function instanceCount({ min, max }: { readonly min: number; readonly max: number }): string {
  if (min !== max) return `${min} to ${max} machines`;
  return max === 1 ? "1 machine" : `${max} machines`;
}
