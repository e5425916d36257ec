import type { PlainBundle, PlainPlan } from "../report/planFile";
import type { FileChange } from "./changes";
import { changedLines } from "./lineDiff";

/**
 * Changed files of the node bundles, with the name of their bundle; none if one of the plans lacks the bundles. Another version
 * of workers is a change of their bundle, unless machines still use the former one.
 */
export function bundleChanges({ bundles: before }: PlainPlan, { bundles: after }: PlainPlan): readonly FileChange[] {
  if (before === undefined || after === undefined) return [];
  const without = (bundles: readonly PlainBundle[], others: readonly PlainBundle[], kind: string) =>
    bundles.filter(({ name, sha256 }) => kindOf(name) === kind && !others.some((other) => other.sha256 === sha256));
  return ["members", "workers"].flatMap((kind) => {
    const [former, wanted] = [without(before, after, kind), without(after, before, kind)];
    // A version that is only added or dropped changes no machine's files.
    return wanted.flatMap((bundle, index) => {
      const previous = former.find(({ name }) => name === bundle.name) ?? former[index];
      return previous === undefined ? [] : fileChanges(bundle.name, previous.files, bundle.files);
    });
  });
}

const kindOf = (name: string): string => name.split("-")[0] ?? "";

type Files = PlainBundle["files"];

function fileChanges(bundle: string, before: Files, after: Files): readonly FileChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name): readonly FileChange[] => {
    const path = `${bundle}/${name}`;
    const [from, to] = [before[name], after[name]];
    if (from === to) return [];
    if (from === undefined) return [{ path, action: "create" }];
    if (to === undefined) return [{ path, action: "delete" }];
    return [{ path, action: "update", lines: changedLines(from, to) }];
  });
}
