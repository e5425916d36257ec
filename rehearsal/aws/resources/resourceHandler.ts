/** Handlers that create planned resources in the rehearsed AWS. */
import type { Unwrap } from "@pulumi/pulumi";
import type { GroupSize } from "../autoScaling/groupSizes";
import type { AwsClients } from "../awsClients";

/** Resource of the plan with secrets in clear text. */
export interface CloudResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string | undefined;
  /** URNs. */
  readonly dependsOn: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Deletion removes it from the stack only. Default: false. */
  readonly retainOnDelete?: boolean;
  /** URN of a resource whose deletion includes this one's. Default: none. */
  readonly deletedWith?: string;
}

export interface CreationContext {
  readonly aws: AwsClients;
  readonly region: string;
  /** Node bundles: contents of the planned objects by their keys. */
  readonly bundles: Readonly<Record<string, Buffer>>;
  /** Initial sizes of groups, which may extend their minimum and maximum. */
  readonly sizes?: readonly GroupSize[];
}

/** Real values of outputs (`id`, `arn`, …) by name. */
export type CreatedOutputs = Readonly<Record<string, string | undefined>>;

export type ResourceHandler = (
  resource: CloudResource,
  context: CreationContext,
) => Promise<CreatedOutputs | undefined>;

/** Handler with typed inputs. `name` is the physical name from the inputs, or else from the plan. */
export function resourceHandler<Args>(
  create: (
    inputs: Unwrap<Args>,
    aws: AwsClients,
    context: CreationContext & { readonly name: string },
  ) => Promise<CreatedOutputs | undefined> | Promise<void>,
): ResourceHandler {
  return async (resource, context) =>
    (await create(resource.inputs as Unwrap<Args>, context.aws, { ...context, name: physicalName(resource) })) ??
    undefined;
}

/** Name that AWS knows the resource by. */
export function physicalName(resource: CloudResource): string {
  for (const name of [resource.inputs.name, resource.outputs.name, resource.id]) {
    if (typeof name === "string" && name !== "") return name;
  }
  return resource.name;
}

/** Tags as the list that EC2, KMS and IAM accept. */
export function tagList(tags: Readonly<Record<string, string>> | undefined): { Key: string; Value: string }[] {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

/** Policy document as text. */
export function policyText(policy: unknown): string {
  return typeof policy === "string" ? policy : JSON.stringify(policy);
}
