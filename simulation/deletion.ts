import { resourceTypes } from "./registry";
import type { Refusal } from "./core/resourceType";
import type { World, WorldResource } from "./core/world";

/** Why AWS would not delete a resource: it is protected there, another one is attached to it or lives in it. */
export function deletionRefusal(world: World, resource: WorldResource): Refusal | undefined {
  const { urn, type, id, outputs } = resource;
  const name = urn.split("::").slice(3).join("::");
  if (outputs.enableDeletionProtection === true) {
    const message = `${id} cannot be deleted because deletion protection is enabled`;
    return { urn, type, name, property: "enableDeletionProtection", code: "OperationNotPermitted", message };
  }
  const code = resourceTypes.get(type)?.guardedBy;
  if (code === undefined) return undefined;
  const names = new Set([id, outputs.arn]);
  for (const other of world.all()) {
    if (other.urn === urn || !refers(other.inputs, names)) continue;
    const message = `${id} has dependencies and cannot be deleted: ${other.type} ${other.id} uses it`;
    return { urn, type, name, property: "id", code, message };
  }
  return undefined;
}

/** Whether one of the names stands in an input; tags are only said of a resource, they tie it to nothing. */
function refers(value: unknown, names: ReadonlySet<unknown>): boolean {
  if (typeof value !== "object" || value === null) return names.has(value);
  return Object.entries(value).some(([key, item]) => key !== "tags" && key !== "name" && refers(item, names));
}
