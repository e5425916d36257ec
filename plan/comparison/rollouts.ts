import type { PlainPlan, PlainResource } from "../report/planFile";
import type { ResourceChange, Rollout } from "./changes";
import { groupName, groupType, refreshesOf } from "./refreshes";

const templateType = "aws:ec2/launchTemplate:LaunchTemplate";

/** Properties of a group whose change starts its instance refresh. */
const refreshTriggers = /^(launchTemplate|mixedInstancesPolicy)\b/;

/** Groups whose instances the changes replace. */
export function rolloutsOf(after: PlainPlan, changes: readonly ResourceChange[]): readonly Rollout[] {
  const byUrn = new Map(changes.map((change) => [change.urn, change]));
  const refreshes = refreshesOf(after.resources);
  return after.resources.flatMap((resource) => {
    const change = byUrn.get(resource.urn);
    if (resource.type !== groupType || change === undefined || change.action === "create") return [];
    const triggered = change.changes.some(({ path }) => refreshTriggers.test(path));
    const refreshed = triggered && refreshes.has(groupName(resource));
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
  // The new version of the launch template follows from the template's own changes.
  const own = change.changes.filter(({ follows }) => !templates.some(({ urn }) => urn === follows));
  const reasons = change.action === "replace" ? own : own.filter(({ path }) => refreshTriggers.test(path));
  const properties = [...templates.flatMap((template) => template.changes), ...reasons].map(({ path }) =>
    topLevel(path),
  );
  return {
    group: groupName({ inputs, name }),
    min: Number(inputs.minSize),
    max: Number(inputs.maxSize),
    reasons: [...new Set(properties)],
  };
}

const topLevel = (path: string): string => path.split(/[.[]/, 1)[0] ?? path;
