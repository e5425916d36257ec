import type { PlainPlan, PlainResource } from "../report/planFile";
import type { FileChange, Protection, ResourceChange, Rollout } from "./changes";
import { changedLines } from "./lineDiff";

/** What follows from the changes of resources, and is what people want to know of them. */

const groupType = "aws:autoscaling/group:Group";
const templateType = "aws:ec2/launchTemplate:LaunchTemplate";

/** What of a group says how its machines are made: a change of it starts the group's instance refresh. */
const machines = /^(launchTemplate|mixedInstancesPolicy)\b/;

/** Groups whose machines are replaced by the changes. */
export function rolloutsOf(after: PlainPlan, changes: readonly ResourceChange[]): readonly Rollout[] {
  const byUrn = new Map(changes.map((change) => [change.urn, change]));
  return after.resources.flatMap((resource) => {
    const change = byUrn.get(resource.urn);
    if (resource.type !== groupType || change === undefined || change.action === "create") return [];
    const own = change.changes.map(({ path }) => path).filter((path) => machines.test(path));
    const refreshed = own.length > 0 && resource.inputs.instanceRefresh !== undefined;
    if (!refreshed && change.action !== "replace") return [];
    return [rollout(resource, change, byUrn)];
  });
}

function rollout(
  { inputs, name, dependsOn }: PlainResource,
  change: ResourceChange,
  changes: ReadonlyMap<string, ResourceChange>,
): Rollout {
  const templates = dependsOn.flatMap((urn) => changes.get(urn) ?? []).filter(({ type }) => type === templateType);
  // That the template has a new version is no reason of its own.
  const own = change.changes.filter(({ follows }) => !templates.some(({ urn }) => urn === follows));
  const causes = change.action === "replace" ? own : own.filter(({ path }) => machines.test(path));
  const properties = [...templates.flatMap((template) => template.changes), ...causes].map(({ path }) => first(path));
  return {
    group: typeof inputs.name === "string" ? inputs.name : name,
    min: Number(inputs.minSize),
    max: Number(inputs.maxSize),
    because: [...new Set(properties)],
  };
}

const first = (path: string): string => path.split(/[.[]/, 1)[0] ?? path;

/** Files of the node bundle that differ; none where one of the plans does not have them. */
export function bundleChanges(before: PlainPlan, after: PlainPlan): readonly FileChange[] {
  if (before.bundle === undefined || after.bundle === undefined) return [];
  const left = new Map(Object.entries(before.bundle.files));
  const right = new Map(Object.entries(after.bundle.files));
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((path): readonly FileChange[] => {
    const [from, to] = [left.get(path), right.get(path)];
    if (from === to) return [];
    if (from === undefined) return [{ path, action: "create" }];
    if (to === undefined) return [{ path, action: "delete" }];
    const lines = changedLines(from, to);
    return [{ path, action: "update", ...(lines && { lines }) }];
  });
}

/** Resources of both plans whose protection differs. */
export function protectionChanges(before: PlainPlan, after: PlainPlan): Protection {
  const previous = new Map(before.resources.map((resource) => [resource.urn, isProtected(resource)]));
  const names = (now: boolean): readonly string[] =>
    after.resources
      .filter((resource) => isProtected(resource) === now && previous.get(resource.urn) === !now)
      .map(({ name }) => name);
  return { added: names(true), removed: names(false) };
}

const isProtected = ({ options }: PlainResource): boolean => options?.protect === true;
