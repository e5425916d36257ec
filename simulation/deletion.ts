import type { Refusal } from "./core/resourceType";
import type { World, WorldResource } from "./core/world";
import { resourceTypes } from "./registry";

/** Refusal of a deletion: the resource has deletion protection, or another resource uses it. */
export function deletionRefusal(world: World, resource: WorldResource): Refusal | undefined {
  const { urn, type, id, outputs } = resource;
  const name = urn.split("::").slice(3).join("::");
  if (outputs.enableDeletionProtection === true) {
    const message = `${id} cannot be deleted because deletion protection is enabled`;
    return { urn, type, name, property: "enableDeletionProtection", code: "OperationNotPermitted", message };
  }
  const code = resourceTypes.get(type)?.inUseCode;
  if (code === undefined) return undefined;
  const identifiers = new Set([id, outputs.arn]);
  for (const other of world.all()) {
    if (other.urn === urn || !contains(other.inputs, identifiers)) continue;
    const message = `${id} has dependencies and cannot be deleted: ${other.type} ${other.id} uses it`;
    return { urn, type, name, property: "id", code, message };
  }
  return undefined;
}

/** Resources that AWS deletes with this one. */
export function deletedWith(world: World, { type, id }: WorldResource): readonly WorldResource[] {
  return [...resourceTypes.values()].flatMap(({ token, deletedWith: owner }) =>
    owner?.type === type ? world.where(token, owner.property, id) : [],
  );
}

/** True if an input holds one of the identifiers. Names and tags are no references. */
function contains(value: unknown, identifiers: ReadonlySet<unknown>): boolean {
  if (typeof value !== "object" || value === null) return identifiers.has(value);
  return Object.entries(value).some(([key, item]) => key !== "tags" && key !== "name" && contains(item, identifiers));
}
