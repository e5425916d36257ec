/** Whether objects are made after what they are in. */

import type { Refusal } from "../core/resourceType";
import { namespaceToken } from "./kinds";

/** What of a registered resource the order depends on. */
export interface Ordered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string | undefined;
  readonly parent: string | undefined;
  readonly dependsOn: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Objects in a namespace of the program's own that do not depend on it: the engine would make both at once, and the API
 * server refuse the object.
 */
export function orderRefusals(resources: readonly Ordered[]): readonly Refusal[] {
  const namespaces = new Map(resources.filter(({ type }) => type === namespaceToken).map((one) => [one.id, one.urn]));
  if (namespaces.size === 0) return [];
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources.flatMap(({ urn, type, name, outputs }) => {
    if (!type.startsWith("kubernetes:")) return [];
    const { namespace } = (outputs.metadata ?? outputs) as { namespace?: unknown };
    const home = typeof namespace === "string" ? namespaces.get(namespace) : undefined;
    if (home === undefined || dependsOn(byUrn, urn, home)) return [];
    const message = `namespaces "${String(namespace)}" may not be there yet: the object does not depend on it`;
    return [{ urn, type, name, property: "metadata.namespace", code: "NotFound", message }];
  });
}

function dependsOn(byUrn: ReadonlyMap<string, Ordered>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
    if (urn === to) return true;
    if (seen.has(urn)) continue;
    seen.add(urn);
    const { dependsOn: before = [], parent } = byUrn.get(urn) ?? {};
    // What a component comes after, its parts come after.
    open.push(...before, ...(parent === undefined ? [] : [parent]));
  }
  return false;
}
