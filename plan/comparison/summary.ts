import type { Action, Comparison } from "./changes";

const labels: Readonly<Record<Action, string>> = {
  create: "to create",
  update: "to update",
  replace: "to replace",
  delete: "to delete",
};

/** Number of resources of one action. */
export interface ActionCount {
  readonly action: Action;
  /** `to create`. */
  readonly label: string;
  readonly count: number;
}

/** Numbers of resources per action that changes have. */
export function countChanges(changes: Comparison["changes"]): readonly ActionCount[] {
  return (Object.keys(labels) as Action[])
    .map((action) => ({
      action,
      label: labels[action],
      count: changes.filter((change) => change.action === action).length,
    }))
    .filter(({ count }) => count > 0);
}

/** Number of resources per action, in one line: `4 to update, 1 to replace, 281 unchanged`. */
export function summarizeChanges({ changes, unchanged }: Pick<Comparison, "changes" | "unchanged">): string {
  const counts = countChanges(changes).map(({ label, count }) => `${count} ${label}`);
  return [...(counts.length > 0 ? counts : ["no changes"]), `${unchanged} unchanged`].join(", ");
}

/** Size of a group: `1 instance`, `2 to 10 instances`. */
export function instanceCount({ min, max }: { readonly min: number; readonly max: number }): string {
  if (min !== max) return `${min} to ${max} instances`;
  return max === 1 ? "1 instance" : `${max} instances`;
}
