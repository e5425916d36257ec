/** Difference between the resources of two plans of a stack. Pure. */
import { isDeepStrictEqual } from "node:util";
import { replacementProperties } from "../../../simulation/registry";
import { creationOrder, skippedTypes } from "./createResources";
import type { CloudResource } from "./resourceHandler";

export interface PlanDifference {
  /** New resources, and those whose change replaces them, in the order of their creation; then changed ones. */
  readonly steps: readonly PlanStep[];
  /** Resources of the former plan that the other one lacks or replaces, dependents first. */
  readonly removed: readonly CloudResource[];
}

export interface PlanStep {
  readonly action: "create" | "update";
  readonly resource: CloudResource;
  /** Resource of the former plan; undefined for a new one. */
  readonly former: CloudResource | undefined;
}

/** Steps from one plan to another. Both have planned ids. */
export function planDifference(before: readonly CloudResource[], after: readonly CloudResource[]): PlanDifference {
  const former = new Map(before.map((resource) => [resource.urn, resource]));
  const steps = creationOrder(after).flatMap((resource): PlanStep[] => {
    const known = former.get(resource.urn);
    if (known === undefined) return [{ action: "create", resource, former: undefined }];
    const changed = changedInputs(known, resource);
    if (changed.length === 0) return [];
    // No request updates it: the services read it from the created resources.
    if (resource.type in skippedTypes) return [{ action: "create", resource, former: known }];
    const replaces = replacementProperties(resource.type, resource.inputs, {});
    return [{ action: changed.some((name) => replaces.includes(name)) ? "create" : "update", resource, former: known }];
  });
  const replaced = new Set(
    steps.flatMap(({ action, resource: { type }, former: known }) =>
      action === "create" && known && !(type in skippedTypes) ? [known] : [],
    ),
  );
  const kept = new Set(after.map(({ urn }) => urn));
  const removed = creationOrder(before).filter((resource) => !kept.has(resource.urn) || replaced.has(resource));
  return { steps, removed: removed.reverse() };
}

function changedInputs({ inputs: before }: CloudResource, { inputs: after }: CloudResource): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** Resources in waves: each wave has those on which no remaining resource depends. */
export function deletionWaves(resources: readonly CloudResource[]): CloudResource[][] {
  const left = new Set(resources);
  const waves: CloudResource[][] = [];
  while (left.size > 0) {
    const needed = new Set([...left].flatMap(({ dependsOn }) => dependsOn));
    const wave = [...left].filter(({ urn }) => !needed.has(urn));
    if (wave.length === 0) throw new Error("resources depend on each other");
    for (const resource of wave) left.delete(resource);
    waves.push(wave);
  }
  return waves;
}
