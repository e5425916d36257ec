import type { PlainPlan } from "../report/planFile";
import type { FileChange } from "./changes";
import { changedLines } from "./lineDiff";

/** Changed files of the node bundle; none if one of the plans lacks the bundle. */
export function bundleChanges(before: PlainPlan, after: PlainPlan): readonly FileChange[] {
  if (before.bundle === undefined || after.bundle === undefined) return [];
  const left = new Map(Object.entries(before.bundle.files));
  const right = new Map(Object.entries(after.bundle.files));
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((path): readonly FileChange[] => {
    const [from, to] = [left.get(path), right.get(path)];
    if (from === to) return [];
    if (from === undefined) return [{ path, action: "create" }];
    if (to === undefined) return [{ path, action: "delete" }];
    return [{ path, action: "update", lines: changedLines(from, to) }];
  });
}
