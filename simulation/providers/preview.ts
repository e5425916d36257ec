import { reveal } from "../../plan/program/secret";
import type { Properties, Refusal } from "../core/resourceType";
import { refusalsOf, simulate } from "../simulate";
import type { Wanted } from "../simulate";
import { World } from "../core/world";
import { hasUnknown, unknown } from "./properties";

/** What a resource is refused for whatever the values will be that are not known yet. */
export function certainRefusals(world: World, wanted: Wanted): readonly Refusal[] {
  try {
    return refusalsOf(world, wanted).filter((refusal) => isCertain(refusal, wanted.inputs));
  } catch (error) {
    return whileUnknown(error, wanted.inputs);
  }
}

/** A refusal that is not about a value, or made of a value, that is not known yet. */
function isCertain({ property, message }: Refusal, inputs: Properties): boolean {
  const [name = ""] = property.split(/[.[]/, 1);
  return !hasUnknown(inputs[name]) && !message.includes(unknown);
}

/** A mark in place of a value is no list, mapping or number: what trips over it will be asked again with the value. */
function whileUnknown(error: unknown, inputs: Properties): readonly never[] {
  if (!hasUnknown(inputs)) throw error;
  return [];
}

/**
 * The account as it will be: what exists, and what a preview has announced. Things announced later find by name what has
 * no identifier yet, and of two that collide the second one is refused.
 */
export class PlannedWorld {
  readonly world: World;

  constructor(actual: World) {
    this.world = new World(actual.region);
    for (const resource of actual.all()) this.world.add(resource);
  }

  /** Adds a resource, in place of the one that it changes or replaces; says why AWS would refuse it. */
  async announce(wanted: Wanted): Promise<readonly Refusal[]> {
    const before = this.world.get(wanted.urn);
    if (before !== undefined) this.world.remove(before);
    try {
      const { refusals } = await simulate(this.world, wanted, "keep");
      return refusals.filter((refusal) => isCertain(refusal, wanted.inputs));
    } catch (error) {
      return whileUnknown(error, wanted.inputs);
    }
  }
}

/** Outputs of a resource that will be updated: what the update computes anew is not known. */
export function previewedUpdate(
  outputs: Properties,
  oldInputs: Properties,
  inputs: Properties,
  recomputed: readonly string[],
): Properties {
  const remaining = Object.entries(outputs).filter(([name]) => name in inputs || !(name in oldInputs));
  const computed = recomputed.map((name) => [name, unknown] as const);
  return { ...Object.fromEntries(remaining), ...(reveal(inputs) as Properties), ...Object.fromEntries(computed) };
}
