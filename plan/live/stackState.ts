import { z } from "zod";

import { Secret } from "../program/secret";
import { nameOf, typeOf } from "../report/grouping";
import type { PlainResource, Properties } from "../report/planFile";

/**
 * Deployed resource in the state of a stack. Its inputs are as the provider completed them: with generated names and default
 * values. Secrets in inputs and outputs are instances of {@link Secret}.
 */
export type LiveResource = PlainResource;

/** Deployed resources of a stack. */
export interface StackState {
  /** In the order of creation. */
  readonly resources: readonly LiveResource[];
  /** Names of former resources that the next update deletes, because the update that replaced them ended early. */
  readonly leftovers: readonly string[];
}

/** Providers without explicit settings, which the engine adds to the state. */
const isDefaultProvider = (urn: string): boolean => /::pulumi:providers:.*::default(_\d+)*$/.test(urn);

/** Marks of the state's format (pulumi/sdk, `go/common/resource/sig`). */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

const properties = z.record(z.string(), z.unknown()).default({});
const urns = z.array(z.string()).default([]);

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  dependencies: urns,
  inputs: properties,
  outputs: properties,
  protect: z.boolean().default(false),
  retainOnDelete: z.boolean().default(false),
  /** The resource has been replaced, and is still to be deleted. */
  delete: z.boolean().default(false),
  /** The program reads the resource, and does not manage it. */
  external: z.boolean().default(false),
});

const exported = z.object({
  deployment: z.object({
    resources: z.array(resource).default([]),
    pending_operations: z
      .array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) }))
      .nullish()
      .transform((operations) => operations ?? []),
  }),
});

type ExportedResource = z.output<typeof resource>;

/**
 * Parses the output of `pulumi stack export --show-secrets`.
 * @param project of the returned URNs: a program that was created from the template has a name of its own.
 * @throws Error for another document, a stack without resources, and pending operations.
 */
export function parseStackState(text: string, project: string): StackState {
  const parsed = exported.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(
      `has a state in an unknown format (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}); use version 3 of the CLI`,
    );
  }
  const { resources, pending_operations: pending } = parsed.data.deployment;
  if (pending.length > 0) throw new Error(describePending(pending));
  const managed = resources.filter(({ urn, external }) => !external && !isDefaultProvider(urn));
  if (managed.length === 0)
    throw new Error("has no deployed resources: run pulumi up first, or plan without --against");
  return {
    resources: managed.filter((found) => !found.delete).map((found) => toLiveResource(found, project)),
    leftovers: managed.filter((found) => found.delete).map(({ urn }) => nameOf(urn)),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`has a state that is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

const describePending = (pending: readonly { readonly type: string; readonly resource: { readonly urn: string } }[]) =>
  [
    "has pending operations of an interrupted update, whose results are unknown:",
    ...pending.map(({ type, resource: { urn } }) => `  ${type} ${typeOf(urn)} ${nameOf(urn)}`),
    "clear them first: docs/troubleshooting.md, Killed updates",
  ].join("\n");

function toLiveResource(found: ExportedResource, project: string): LiveResource {
  const { id, type, inputs, outputs, protect, retainOnDelete } = found;
  const rename = (urn: string): string => withProject(urn, project);
  const urn = rename(found.urn);
  return {
    urn,
    type,
    name: nameOf(urn),
    id,
    parent: found.parent === undefined ? undefined : rename(found.parent),
    provider: found.provider === undefined ? undefined : rename(found.provider),
    dependsOn: found.dependencies.map(rename),
    inputs: markSecrets(inputs) as Properties,
    outputs: markSecrets(outputs) as Properties,
    options: { protect, retainOnDelete },
  };
}

/** URN in another project. The resource of the stack itself is called `<project>-<stack>`. */
function withProject(urn: string, project: string): string {
  const [scheme = "", , types = "", ...name] = urn.split("::");
  const stack = scheme.split(":").at(-1) ?? "";
  return [scheme, project, types, types === "pulumi:pulumi:Stack" ? `${project}-${stack}` : name.join("::")].join("::");
}

function markSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(markSecrets);
  if (typeof value !== "object" || value === null) return value;
  const { [signature]: mark, plaintext } = value as Readonly<Record<string, unknown>>;
  if (mark === secretSignature) {
    if (typeof plaintext !== "string")
      throw new Error("has a state with encrypted secrets; export it with --show-secrets");
    return new Secret(markSecrets(JSON.parse(plaintext)));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, markSecrets(item)]));
}
