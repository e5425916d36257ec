import type { PlainPlan, PlainResource } from "../report/planFile";
import type { Protection } from "./changes";

/** Resources in both plans whose deletion protection changes. */
export function protectionChanges(before: PlainPlan, after: PlainPlan): Protection {
  const previous = new Map(before.resources.map((resource) => [resource.urn, isProtected(resource)]));
  const names = (now: boolean): readonly string[] =>
    after.resources
      .filter((resource) => isProtected(resource) === now && previous.get(resource.urn) === !now)
      .map(({ name }) => name);
  return { added: names(true), removed: names(false) };
}

const isProtected = ({ options }: PlainResource): boolean => options?.protect === true;
