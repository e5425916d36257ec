import { hexadecimal } from "./core/identifiers";
import { resourceTypes } from "./registry";
import type { Created, Properties, Refusal, Request, ResourceType } from "./core/resourceType";
import type { World } from "./core/world";

/** A resource that a program asks for. */
export interface Wanted {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Identifiers are derived from it. */
  readonly seed: string;
  readonly inputs: Properties;
  /** Tags that the provider puts on everything. */
  readonly defaultTags?: Readonly<Record<string, string>>;
  readonly previous?: { readonly inputs: Properties; readonly outputs: Properties };
}

export interface Outcome {
  readonly id: string;
  /** With the id, and with the inputs. */
  readonly outputs: Properties;
  readonly refusals: readonly Refusal[];
}

/** Whether a refused resource is there all the same: a plan goes on, so that it tells everything at once. */
export type OnRefusal = "keep" | "leave out";

/** Inputs with the physical name that AWS' provider makes where the program gives none. */
export function withPhysicalName(token: string, name: string, inputs: Properties, seed: string): Properties {
  const rule = resourceTypes.get(token)?.autoName;
  if (rule === undefined || inputs[rule.property] !== undefined) return inputs;
  return { ...inputs, [rule.property]: `${rule.prefix ?? ""}${name}-${hexadecimal(`${seed} name`, 7)}` };
}

/** What AWS would refuse of a resource, without making it. */
export const refusalsOf = (world: World, wanted: Wanted): readonly Refusal[] => ask(world, wanted).refusals;

function ask(world: World, { urn, type: token, name, seed, inputs, previous }: Wanted) {
  const type = resourceTypes.get(token);
  const refusals: Refusal[] = [];
  const refuse = (property: string, code: string, message: string): void => {
    refusals.push({ urn, type: token, name, property, code, message });
  };
  const request: Request<Properties> = { urn, name, seed, inputs, world, refuse, ...(previous && { previous }) };
  if (type === undefined) refuse("type", "UnknownResourceType", `the simulated AWS does not know ${token}`);
  type?.check?.(request);
  const claim = type?.unique?.(inputs);
  if (claim !== undefined && world.holder(token, claim.key) !== undefined) {
    refuse(claim.property, claim.code, claim.message);
  }
  return { request, refusals, claim };
}

/**
 * Makes or changes a resource in the world. Everything but keys happens before the first await, so that of two that
 * collide one sees the other.
 */
export async function simulate(world: World, wanted: Wanted, onRefusal: OnRefusal): Promise<Outcome> {
  const { inputs } = wanted;
  const type = resourceTypes.get(wanted.type);
  const { request, refusals, claim } = ask(world, wanted);
  if (type === undefined) return { id: hexadecimal(wanted.seed, 16), outputs: { ...inputs }, refusals };
  const made = create(type, request, refusals);
  const { id, outputs } = made instanceof Promise ? await made : made;
  const all = { ...inputs, ...defined(outputs), ...allTags(wanted), id };
  if (refusals.length === 0 || onRefusal === "keep") {
    world.add({ urn: wanted.urn, type: type.token, id, inputs, outputs: all, uniqueKey: claim?.key });
  }
  return { id, outputs: all, refusals };
}

/** Inputs that were refused may be such that nothing can be made of them. */
function create(
  type: ResourceType,
  request: Request<Properties>,
  refusals: readonly Refusal[],
): Created | Promise<Created> {
  try {
    return type.create(request);
  } catch (error) {
    if (refusals.length === 0) throw error;
    return { id: hexadecimal(request.seed, 16), outputs: {} };
  }
}

const defined = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));

function allTags({ inputs, defaultTags }: Wanted): Properties {
  const { tags } = inputs;
  if (typeof tags !== "object" || tags === null || Array.isArray(tags)) return {};
  return { tagsAll: { ...defaultTags, ...tags } };
}
