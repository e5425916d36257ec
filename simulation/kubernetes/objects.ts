/** Kubernetes objects of a program, as an API server would take or refuse them by their structure. */

import type { z } from "zod";

import { hexadecimal, uuid } from "../core/identifiers";
import { resourceType } from "../core/resourceType";
import type { Properties, Request, ResourceType } from "../core/resourceType";
import { show } from "../core/text";
import { apiVersionOf, bornNamespaces, kinds, namespaceToken, tokenOf } from "./kinds";
import type { Kind } from "./kinds";
import { nameProblem } from "./names";
import { metadata, schemas } from "./schemas";

/** Inputs by which an object is told from others; a change of any makes a new one. Pulumi's provider looks inside as well. */
const identity = ["apiVersion", "kind"];

/** Metadata with what the provider fills in: a name where the program gives none, and the namespace. */
export function placed(kind: Kind, { metadata: given }: Properties, name: string, seed: string) {
  const known = (typeof given === "object" && given !== null ? given : {}) as Properties;
  return {
    ...known,
    // Pulumi's own way of naming objects: eight random digits after the name in the program.
    name: typeof known.name === "string" ? known.name : `${name}-${hexadecimal(`${seed} name`, 8)}`,
    ...(kind.scope === "namespace" && { namespace: typeof known.namespace === "string" ? known.namespace : "default" }),
  };
}

const idOf = (place: { readonly name: string; readonly namespace?: string | undefined }): string =>
  place.namespace === undefined ? place.name : `${place.namespace}/${place.name}`;

function objectType(kind: Kind): ResourceType {
  const token = tokenOf(kind);
  return resourceType<Properties>({
    token,
    replaceOn: identity,
    unique: (inputs) => {
      const { name } = (inputs.metadata ?? {}) as Properties;
      if (typeof name !== "string") return undefined;
      const id = idOf(placed(kind, inputs, "", ""));
      return { key: id, property: "metadata", code: "AlreadyExists", message: `${kind.kind} "${id}" already exists` };
    },
    check(request) {
      checkIdentity(request, kind);
      checkPlace(request, kind);
      refuseIssues(request, "metadata.", metadata.safeParse(request.inputs.metadata ?? {}));
      const schema = schemas[kind.kind];
      if (schema !== undefined) refuseIssues(request, "", schema.safeParse(request.inputs));
    },
    create: ({ inputs, name, seed }) => {
      const place = placed(kind, inputs, name, seed);
      return {
        id: idOf(place),
        outputs: {
          apiVersion: apiVersionOf(kind),
          kind: kind.kind,
          metadata: {
            ...place,
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

function checkIdentity({ inputs, refuse }: Request<Properties>, kind: Kind): void {
  if (inputs.apiVersion !== undefined && inputs.apiVersion !== apiVersionOf(kind)) {
    refuse("apiVersion", "BadRequest", `${show(inputs.apiVersion)} is not ${apiVersionOf(kind)}`);
  }
  if (inputs.kind !== undefined && inputs.kind !== kind.kind) {
    refuse("kind", "BadRequest", `${show(inputs.kind)} is not ${kind.kind}`);
  }
}

function checkPlace({ inputs, name, seed, refuse, world }: Request<Properties>, kind: Kind): void {
  const { namespace: given } = (inputs.metadata ?? {}) as Properties;
  const place = placed(kind, inputs, name, seed);
  const problem = nameProblem(place.name, kind.name);
  if (problem !== undefined) refuse("metadata.name", "Invalid", `Invalid value: "${place.name}": ${problem}`);
  if (kind.scope === "cluster") {
    if (given !== undefined && given !== "") {
      refuse("metadata.namespace", "Invalid", `${kind.kind} is not in namespaces; found ${show(given)}`);
    }
    return;
  }
  const { namespace = "" } = place;
  if (bornNamespaces.includes(namespace) || world.find(namespaceToken, "id", namespace) !== undefined) return;
  refuse("metadata.namespace", "NotFound", `namespaces "${namespace}" not found`);
}

function refuseIssues({ refuse }: Request<Properties>, prefix: string, result: z.ZodSafeParseResult<unknown>): void {
  if (result.success) return;
  for (const { path, message } of result.error.issues) {
    refuse(`${prefix}${path.map(String).join(".")}`, "Invalid", message);
  }
}

/** Fields that a program adds to an object which somebody else has made. */
function patchType(kind: Kind): ResourceType {
  return resourceType<Properties>({
    token: `${tokenOf(kind)}Patch`,
    replaceOn: identity,
    check(request) {
      checkIdentity(request, kind);
      const { name } = (request.inputs.metadata ?? {}) as Properties;
      if (typeof name !== "string") request.refuse("metadata.name", "Invalid", "Required value: name of what to patch");
      else checkPlace(request, kind);
      refuseIssues(request, "metadata.", metadata.safeParse(request.inputs.metadata ?? {}));
    },
    create: ({ inputs, name, seed }) => {
      const place = placed(kind, inputs, name, seed);
      return { id: idOf(place), outputs: { metadata: { ...place, resourceVersion: "1" } } };
    },
  });
}

export const objectTypes: readonly ResourceType[] = [
  ...kinds.map(objectType),
  ...kinds.filter(({ custom }) => custom !== true).map(patchType),
];
