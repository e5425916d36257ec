import type { Refusal } from "../core/resourceType";
import { namespaceToken } from "./kinds";

/** Fields of a registered resource that decide the order of creation. */
export interface RegisteredObject {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string | undefined;
  readonly parent: string | undefined;
  readonly dependsOn: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Refusals of objects that do not depend on the namespace that the same program creates for them. The engine would create
 * both at the same time, and the API server would refuse the object.
 */
export function namespaceOrderRefusals(resources: readonly RegisteredObject[]): readonly Refusal[] {
  const namespaces = resources.filter(({ type }) => type === namespaceToken);
  if (namespaces.length === 0) return [];
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources.flatMap(({ urn, type, name, outputs }) => {
    if (!type.startsWith("kubernetes:")) return [];
    const { namespace } = (outputs.metadata ?? outputs) as { namespace?: unknown };
    // Several clusters of one program may each have a namespace of this name.
    const created = namespaces.filter(({ id }) => id === namespace);
    if (created.length === 0 || created.some((one) => dependsOn(byUrn, urn, one.urn))) return [];
    const message = `namespaces "${String(namespace)}" may not exist yet: the object does not depend on it`;
    return [{ urn, type, name, property: "metadata.namespace", code: "NotFound", message }];
  });
}

function dependsOn(byUrn: ReadonlyMap<string, RegisteredObject>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
    if (urn === to) return true;
    if (seen.has(urn)) continue;
    seen.add(urn);
    const { dependsOn: dependencies = [], parent } = byUrn.get(urn) ?? {};
    // A child also waits for the dependencies of its component.
    open.push(...dependencies, ...(parent === undefined ? [] : [parent]));
  }
  return false;
}
