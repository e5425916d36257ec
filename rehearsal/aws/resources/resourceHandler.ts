/** How one kind of planned resource becomes one of the rehearsal's own AWS. */
import type { Unwrap } from "@pulumi/pulumi";
import type { AwsClients } from "../awsClients";

/** A resource of the plan as the rehearsal works with it: secrets unwrapped. */
export interface CloudResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string | undefined;
  /** URNs. */
  readonly dependsOn: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface GroupBounds {
  readonly min: number;
  readonly max: number;
}

export interface CreationContext {
  readonly aws: AwsClients;
  readonly region: string;
  /** Content of the node bundle; planned objects under its key get it. */
  readonly bundle: { readonly key: string; readonly content: Buffer };
  /** Machines that a group starts with: the plan's number in, the rehearsal's out. */
  readonly desiredCapacity: (group: string, planned: number) => number;
  /** Least and most machines of a group, likewise. */
  readonly bounds: (group: string, planned: GroupBounds) => GroupBounds;
}

/** What the running AWS calls the resource, by name of the provider's output (`id`, `arn`, …). */
export type CreatedOutputs = Readonly<Record<string, string | undefined>>;

export interface Realisation {
  /** Physical name: the input's, or the one that the plan's AWS gave. */
  readonly name: string;
  readonly context: CreationContext;
}

export type ResourceHandler = (resource: CloudResource, context: CreationContext) => Promise<CreatedOutputs>;

/** A resourceHandler whose inputs have the provider's own types. */
export function resourceHandler<Args>(
  make: (inputs: Unwrap<Args>, aws: AwsClients, realisation: Realisation) => Promise<CreatedOutputs>,
): ResourceHandler {
  return (resource, context) =>
    make(resource.inputs as Unwrap<Args>, context.aws, { name: physicalName(resource), context });
}

function physicalName(resource: CloudResource): string {
  for (const name of [resource.inputs.name, resource.outputs.name, resource.id]) {
    if (typeof name === "string" && name !== "") return name;
  }
  return resource.name;
}

/** A tag map as the list that EC2, KMS and IAM take. */
export function tagList(tags: Readonly<Record<string, string>> | undefined): { Key: string; Value: string }[] {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

/** A policy given as an object or as text. */
export function policyText(policy: unknown): string {
  return typeof policy === "string" ? policy : JSON.stringify(policy);
}
