/** What became of the plan's objects, as lines for people. Pure. */
import { alignColumns } from "../../cli/columns";
import type { AppliedObjects } from "../kubernetes/applyObjects";
import type { NotRehearsed } from "../kubernetes/plannedObjects";

export function describeObjects({ accepted, refused }: AppliedObjects): string[] {
  const total = accepted.length + refused.length;
  if (total === 0) return [];
  return [
    `The API server took ${accepted.length} of the plan's ${total} Kubernetes objects, first as a dry run, then for good.`,
    ...refused.map(({ object, phase, status, message }) => `  refused: ${object} (${phase}, ${status}): ${message}`),
    "",
  ];
}

export function describeNotRehearsed(left: readonly NotRehearsed[]): string[] {
  if (left.length === 0) return [];
  return ["Not rehearsed:", ...alignColumns(left.map(({ name, reason }) => [`  ${name}`, reason])), ""];
}
