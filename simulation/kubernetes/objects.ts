/** Kubernetes objects, checked as an API server checks their structure. */

import { isDeepStrictEqual } from "node:util";

import type { z } from "zod";

import { hexadecimal, uuid } from "../core/identifiers";
import { valueAt } from "../core/paths";
import { resourceType } from "../core/resourceType";
import type { Properties, Refuse, Request, ResourceType } from "../core/resourceType";
import { toText } from "../core/text";
import { apiVersionOf, initialNamespaces, kinds, namespaceToken, tokenOf } from "./kinds";
import type { Kind } from "./kinds";
import { nameProblem } from "./names";
import { identityFields, immutableFields, mutableData, replacingFields } from "./replacement";
import { metadata, schemas } from "./schemas";

/** Metadata with the defaults of the provider: a generated name, and the namespace `default`. */
function completeMetadata(kind: Kind, { metadata: given }: Properties, name: string, seed: string) {
  const known = (typeof given === "object" && given !== null ? given : {}) as Properties;
  const namespace = typeof known.namespace === "string" ? known.namespace : "default";
  return {
    ...known,
    // Pulumi appends eight random digits to the logical name.
    name: typeof known.name === "string" ? known.name : `${name}-${hexadecimal(`${seed} name`, 8)}`,
    ...(kind.scope === "namespace" && { namespace }),
  };
}

const idOf = ({ name, namespace }: { readonly name: string; readonly namespace?: string }): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

function objectType(kind: Kind): ResourceType {
  return resourceType<Properties>({
    token: tokenOf(kind),
    replaceOn: replacingFields(kind),
    alsoReplaceOn: (settings, inputs) => {
      const data = mutableData(kind);
      return data === undefined || isMutable(settings[data.setting], inputs) ? [] : data.fields;
    },
    keepsName: (before, after) =>
      typeof valueAt(after, "metadata.name") === "string" &&
      identityFields.every((field) => valueAt(before, field) === valueAt(after, field)),
    unique: (inputs) => {
      const { name } = (inputs.metadata ?? {}) as Properties;
      if (typeof name !== "string") return undefined;
      const id = idOf(completeMetadata(kind, inputs, "", ""));
      return { key: id, property: "metadata", code: "AlreadyExists", message: `${kind.kind} "${id}" already exists` };
    },
    check(request) {
      checkPlacement(request, kind);
      checkImmutableFields(request, kind);
      refuseIssues(request.refuse, "metadata.", metadata.safeParse(request.inputs.metadata ?? {}));
      const schema = schemas[kind.kind];
      if (schema !== undefined) refuseIssues(request.refuse, "", schema.safeParse(request.inputs));
    },
    create: ({ inputs, name, seed }) => {
      const complete = completeMetadata(kind, inputs, name, seed);
      return {
        id: idOf(complete),
        outputs: {
          apiVersion: apiVersionOf(kind),
          kind: kind.kind,
          metadata: {
            ...complete,
            uid: uuid(seed),
            resourceVersion: "1",
            generation: 1,
            creationTimestamp: "2026-01-01T00:00:00Z",
          },
        },
      };
    },
  });
}

/** True if the provider updates the data of an object in place. Settings of a provider arrive as texts. */
const isMutable = (setting: unknown, { immutable }: Properties): boolean =>
  String(setting) === "true" && immutable !== true;

/** Refuses changes of fields that the API server never changes. */
function checkImmutableFields({ inputs, previous, refuse }: Request<Properties>, kind: Kind): void {
  if (previous === undefined) return;
  const data = previous.inputs.immutable === true ? (mutableData(kind)?.fields ?? []) : [];
  for (const field of [...immutableFields(kind), ...data]) {
    if (isDeepStrictEqual(valueAt(previous.inputs, field), valueAt(inputs, field))) continue;
    refuse(field, "Invalid", "field is immutable");
  }
}

/** Refuses an invalid name and a namespace that does not exist. */
function checkPlacement({ inputs, name, seed, refuse, world }: Request<Properties>, kind: Kind): void {
  const complete = completeMetadata(kind, inputs, name, seed);
  const problem = nameProblem(complete.name, kind.name);
  if (problem !== undefined) refuse("metadata.name", "Invalid", `Invalid value: "${complete.name}": ${problem}`);
  const { namespace } = complete;
  if (namespace === undefined || initialNamespaces.includes(namespace)) return;
  if (world.find(namespaceToken, "id", namespace) !== undefined) return;
  refuse("metadata.namespace", "NotFound", `namespaces "${toText(namespace)}" not found`);
}

function refuseIssues(refuse: Refuse, prefix: string, result: z.ZodSafeParseResult<unknown>): void {
  for (const { path, message } of result.error?.issues ?? []) {
    refuse(`${prefix}${path.map(String).join(".")}`, "Invalid", message);
  }
}

/** Patch of an object that another party created. */
function patchType(kind: Kind): ResourceType {
  return resourceType<Properties>({
    token: `${tokenOf(kind)}Patch`,
    replaceOn: identityFields,
    check(request) {
      checkPlacement(request, kind);
      refuseIssues(request.refuse, "metadata.", metadata.safeParse(request.inputs.metadata ?? {}));
    },
    create: ({ inputs, name, seed }) => {
      const complete = completeMetadata(kind, inputs, name, seed);
      return { id: idOf(complete), outputs: { metadata: { ...complete, resourceVersion: "1" } } };
    },
  });
}

export const objectTypes: readonly ResourceType[] = [
  ...kinds.map(objectType),
  ...kinds.filter(({ custom }) => custom !== true).map(patchType),
];
