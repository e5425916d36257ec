/** Results of applying the plan's objects, as text. Pure. */
import { alignColumns } from "../../cli/columns";
import type { AppliedObjects } from "../kubernetes/applyObjects";
import type { NotRehearsed } from "../kubernetes/plannedObjects";

export function describeObjects({ accepted, refused }: AppliedObjects): string[] {
  const total = accepted.length + refused.length;
  if (total === 0) return [];
  return [
    `The API server accepted ${accepted.length} of the plan's ${total} Kubernetes objects (dry run, then apply).`,
    ...refused.map(({ object, phase, status, message }) => `  refused: ${object} (${phase}, ${status}): ${message}`),
    "",
  ];
}

export function describeNotRehearsed(left: readonly NotRehearsed[]): string[] {
  if (left.length === 0) return [];
  return ["Not rehearsed:", ...alignColumns(left.map(({ name, reason }) => [`  ${name}`, reason])), ""];
}
