import { reveal } from "../../plan/program/secret";
import type { Properties, Refusal } from "../core/resourceType";
import { findRefusals, simulate } from "../simulate";
import type { DesiredResource } from "../simulate";
import { World } from "../core/world";
import { hasUnknown, unknownValue } from "./properties";

/** Refusals that hold for all possible values of the unknown inputs. */
export function certainRefusals(world: World, desired: DesiredResource): readonly Refusal[] {
  try {
    return findRefusals(world, desired).filter((refusal) => isCertain(refusal, desired.inputs));
  } catch (error) {
    return ignoreIfUnknown(error, desired.inputs);
  }
}

/** True for a refusal that does not depend on an unknown value. */
function isCertain({ property, message }: Refusal, inputs: Properties): boolean {
  const [name = ""] = property.split(/[.[]/, 1);
  return !hasUnknown(inputs[name]) && !message.includes(unknownValue);
}

/** Ignores errors caused by the mark for an unknown value, which is neither list nor mapping: the update checks again. */
function ignoreIfUnknown(error: unknown, inputs: Properties): readonly never[] {
  if (!hasUnknown(inputs)) throw error;
  return [];
}

/**
 * Account as it will be after the previewed update: existing and previewed resources. Later resources find previewed ones
 * by name, and the second of two that collide is refused.
 */
export class PlannedWorld {
  readonly world: World;

  constructor(actual: World) {
    this.world = new World(actual.region);
    for (const resource of actual.all()) this.world.add(resource);
  }

  /**
   * Adds a resource in place of its previous state; returns the refusals.
   *
   * @param id of an existing resource, which may be known under a former URN
   */
  async preview(desired: DesiredResource, id?: string): Promise<readonly Refusal[]> {
    const existing = id === undefined ? undefined : this.world.find(desired.type, "id", id);
    const before = this.world.get(desired.urn) ?? existing;
    if (before !== undefined) this.world.remove(before);
    try {
      const { refusals } = await simulate(this.world, desired, "keep");
      return refusals.filter((refusal) => isCertain(refusal, desired.inputs));
    } catch (error) {
      return ignoreIfUnknown(error, desired.inputs);
    }
  }
}

/** Outputs of an update in a preview; those that every update changes are unknown. */
export function previewedUpdate(
  outputs: Properties,
  oldInputs: Properties,
  inputs: Properties,
  recomputed: readonly string[],
): Properties {
  const remaining = Object.entries(outputs).filter(([name]) => name in inputs || !(name in oldInputs));
  const computed = recomputed.map((name) => [name, unknownValue] as const);
  return { ...Object.fromEntries(remaining), ...(reveal(inputs) as Properties), ...Object.fromEntries(computed) };
}
