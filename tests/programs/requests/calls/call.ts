/** Requests that the AWS provider sends for a planned resource. */

export type Inputs = Readonly<Record<string, unknown>>;

/** Resource of a plan, as plain JSON. */
export interface Planned {
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
  readonly outputs: Inputs;
}

/**
 * Request of the AWS API: service and operation as in botocore's models. Parameters need not have the model's capitals; all
 * must have a parameter of the model.
 */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly parameters: Inputs;
  /** Parameters have the names and types of the model already: the service gets them as they are. */
  readonly exact?: true;
}

/** Tags of a resource, with the provider's default tags, in the forms of the APIs. */
export interface Tags {
  readonly map: Readonly<Record<string, string>>;
  readonly list: readonly { readonly key: string; readonly value: string }[] | undefined;
  /** EC2: tags of a new resource of this kind. */
  readonly of: (kind: string) => readonly object[] | undefined;
}

/** Requests for one resource. `inputs` has neither tags nor what the provider sends to no API. */
export type Mapping = (inputs: Inputs, context: { readonly tags: Tags; readonly outputs: Inputs }) => readonly Call[];

export type Mappings = Readonly<Record<string, Mapping>>;

export const call = (service: string, operation: string, parameters: Inputs): Call => ({
  service,
  operation,
  parameters,
});

/** Inputs except those with these names. */
export const without = (inputs: Inputs, ...names: readonly string[]): Inputs =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name)));

type Names = Readonly<Record<string, string>>;

/** Inputs with the names of the API. */
export const renamed = (inputs: Inputs, names: Names): Inputs =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [names[name] ?? name, value]));

/** Mapping of a resource that one request creates from its inputs, renamed where the API has other names. */
export const single =
  (service: string, operation: string, names: Names = {}): Mapping =>
  (inputs, { tags }) => [call(service, operation, { ...renamed(inputs, names), tags: tags.list })];

/** EC2 resource that one request creates, with tags of this kind. */
export const ec2Single =
  (operation: string, kind: string, names: Names = {}): Mapping =>
  (inputs, { tags }) => [call("ec2", operation, { ...renamed(inputs, names), tagSpecifications: tags.of(kind) })];

/** Request with a value, or none if the input is absent. */
export const optional = (value: unknown, request: () => Call): readonly Call[] =>
  value === undefined ? [] : [request()];

/** Attributes of SNS and SQS: texts by name. */
export const attributes = (values: Inputs): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );

/** `[{key, value}]`; undefined without tags. */
export function tagList(tags: unknown): Tags["list"] {
  const pairs = Object.entries((tags ?? {}) as Tags["map"]).map(([key, value]) => ({ key, value }));
  return pairs.length === 0 ? undefined : pairs;
}

export function tagsOf({ inputs, outputs }: Planned): Tags {
  const map = (outputs.tagsAll ?? inputs.tags ?? {}) as Tags["map"];
  const list = tagList(map);
  return { map, list, of: (kind) => list && [{ resourceType: kind, tags: list }] };
}
