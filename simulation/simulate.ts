import { hexadecimal } from "./core/identifiers";
import type { Created, Properties, Refusal, Request, ResourceType } from "./core/resourceType";
import { ineffectiveCode } from "./core/rule";
import type { World } from "./core/world";
import { resourceTypes } from "./registry";

/** Resource that a program registers. */
export interface DesiredResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Identifiers are derived from it. */
  readonly seed: string;
  readonly inputs: Properties;
  /** Default tags of the provider. */
  readonly defaultTags?: Readonly<Record<string, string>> | undefined;
  /** State before an update; undefined for a new resource. */
  readonly previous?: { readonly inputs: Properties; readonly outputs: Properties };
  /** Inputs of the deployed resource in a check before an update. */
  readonly formerInputs?: Properties;
  /** Deployed resource, whose id and outputs stay unless they follow from the inputs; undefined: not deployed. */
  readonly deployed?: DeployedResource | undefined;
}

/** Resource in the state of a stack. */
export interface DeployedResource {
  readonly id?: string | undefined;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** Names of the outputs that the state holds encrypted. */
  readonly secretOutputs: readonly string[];
}

export interface Outcome {
  readonly id: string;
  /** Include the id and the inputs. */
  readonly outputs: Properties;
  readonly refusals: readonly Refusal[];
}

/** Adds a refused resource to the world (a plan continues, to report every refusal) or omits it. */
export type OnRefusal = "keep" | "omit";

/** Inputs with a generated physical name, unless the program sets one. A deployed resource keeps its generated name. */
export function withPhysicalName(
  token: string,
  name: string,
  inputs: Properties,
  seed: string,
  deployed?: DeployedResource,
): Properties {
  const rule = resourceTypes.get(token)?.autoName;
  if (rule === undefined || inputs[rule.property] !== undefined) return inputs;
  const kept = generatedNames(deployed?.inputs ?? {}).includes(rule.property)
    ? deployed?.inputs[rule.property]
    : undefined;
  return { ...inputs, [rule.property]: kept ?? `${rule.prefix ?? ""}${name}-${hexadecimal(`${seed} name`, 7)}` };
}

/** Input that lists the properties whose names the provider generated; Pulumi's AWS provider uses the same one. */
export const defaultsKey = "__defaults";

/** Properties whose names the provider generated. */
export const generatedNames = ({ [defaultsKey]: names }: Properties): readonly unknown[] =>
  Array.isArray(names) ? names : [];

/** Refusals of a resource; creates nothing. */
export const findRefusals = (world: World, desired: DesiredResource): readonly Refusal[] =>
  checkResource(world, desired).refusals;

function checkResource(world: World, desired: DesiredResource) {
  const { urn, type: token, name, seed, inputs, previous, deployed } = desired;
  const type = resourceTypes.get(token);
  const refusals: Refusal[] = [];
  const refuse = (property: string, code: string, message: string): void => {
    refusals.push({ urn, type: token, name, property, code, message });
  };
  const formerInputs = desired.formerInputs ?? previous?.inputs ?? deployed?.inputs;
  const request: Request<Properties> = {
    ...{ urn, name, seed, inputs, world, refuse, previous, formerInputs },
    allTags: allTags(desired),
  };
  if (type === undefined) refuse("type", "UnknownResourceType", `the simulated AWS does not know ${token}`);
  type?.check?.(request);
  for (const rule of type?.rules ?? []) {
    const { id, code = ineffectiveCode } = rule;
    rule.check(request, (property, message) => {
      refusals.push({ urn, type: token, name, property, code, message, rule: id });
    });
  }
  const unique = type?.unique?.(inputs);
  if (unique !== undefined && world.holder(token, unique.key) !== undefined) {
    refuse(unique.property, unique.code, unique.message);
  }
  return { request, refusals, unique };
}

/**
 * Creates or updates a resource in the world. Runs synchronously except for key generation, so that the second of two
 * conflicting requests always finds the resource of the first.
 */
export async function simulate(world: World, desired: DesiredResource, onRefusal: OnRefusal): Promise<Outcome> {
  const { inputs } = desired;
  const type = resourceTypes.get(desired.type);
  const { request, refusals, unique } = checkResource(world, desired);
  if (type === undefined) return { id: hexadecimal(desired.seed, 16), outputs: { ...inputs }, refusals };
  const created = create(type, request, refusals);
  const { id, outputs } = asDeployed(desired, created instanceof Promise ? await created : created);
  const all = { ...inputs, ...withoutUndefined(outputs), ...(isTagged(inputs) && { tagsAll: allTags(desired) }), id };
  if (refusals.length === 0 || onRefusal === "keep") {
    world.add({ urn: desired.urn, type: type.token, id, inputs, outputs: all, uniqueKey: unique?.key });
  }
  return { id, outputs: all, refusals };
}

/** Identity of a deployed resource in place of a simulated one: the engine passes it to the resources that depend on it. */
function asDeployed({ inputs, deployed }: DesiredResource, created: Created): Created {
  if (deployed === undefined) return created;
  const own = Object.entries(deployed.outputs).filter(([name]) => !(name in inputs || name in deployed.inputs));
  return { id: deployed.id ?? created.id, outputs: { ...created.outputs, ...Object.fromEntries(own) } };
}

/** Creates a resource. Refused inputs may be unusable: the outputs are then empty. */
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

const withoutUndefined = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));

type Tags = Readonly<Record<string, string>>;

const isTagged = (inputs: Properties): inputs is { tags: Tags } =>
  typeof inputs.tags === "object" && inputs.tags !== null && !Array.isArray(inputs.tags);

/** Tags of a resource, with the provider's default tags unless the resource overrides those. */
export function allTags({ inputs, defaultTags }: Pick<DesiredResource, "inputs" | "defaultTags">): Tags {
  const { overrideProvider } = inputs as { overrideProvider?: { defaultTags?: { tags?: Tags } } };
  return { ...(overrideProvider?.defaultTags?.tags ?? defaultTags), ...(isTagged(inputs) ? inputs.tags : {}) };
}
