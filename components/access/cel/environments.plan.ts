/** Variables of the API server's CEL expressions, with their types. */

import type { Type } from "./types.plan";
import {
  anyType,
  boolType,
  dynType,
  intType,
  listType,
  mapType,
  objectType,
  parseType,
  stringType,
} from "./types.plan";

/** Types of variables by name; a dot in a name is part of it. */
export type Environment = Readonly<Record<string, Type>>;

const strings = (...names: readonly string[]): Readonly<Record<string, Type>> =>
  Object.fromEntries(names.map((name) => [name, stringType]));

const texts = listType(stringType);
const timestamp = parseType("timestamp");
const extra = mapType(stringType, texts);

/** k8s.io/apiserver v0.36.3, pkg/authentication/cel/compile.go, buildUserType. */
const userInfo = objectType("kubernetes.UserInfo", { ...strings("username", "uid"), groups: texts, extra });

/** Claims of a token. */
export const claimsEnvironment: Environment = { claims: mapType(stringType, anyType) };

/** User that claims were mapped to. */
export const userEnvironment: Environment = { user: userInfo };

const selector = (kind: string): Type =>
  objectType(`kubernetes.${kind}SelectorAttributes`, {
    rawSelector: stringType,
    requirements: listType(
      objectType("kubernetes.SelectorRequirement", { ...strings("key", "operator"), values: texts }),
    ),
  });

/** Request that an authorization webhook decides: pkg/authorization/cel/compile.go, buildRequestType. */
export const authorizationEnvironment: Environment = {
  request: objectType("kubernetes.SubjectAccessReviewSpec", {
    ...strings("user", "uid"),
    groups: texts,
    extra,
    resourceAttributes: objectType("kubernetes.ResourceAttributes", {
      ...strings("namespace", "verb", "group", "version", "resource", "subresource", "name"),
      fieldSelector: selector("Field"),
      labelSelector: selector("Label"),
    }),
    nonResourceAttributes: objectType("kubernetes.NonResourceAttributes", strings("path", "verb")),
  }),
};

const kind = objectType("kubernetes.GroupVersionKind", strings("group", "version", "kind"));
const resource = objectType("kubernetes.GroupVersionResource", strings("group", "version", "resource"));
const labels = mapType(stringType, stringType);

/** Request to admission: pkg/admission/plugin/cel/compile.go, BuildRequestType. */
const admissionRequest = objectType("kubernetes.AdmissionRequest", {
  ...strings("subResource", "requestSubResource", "name", "namespace", "operation"),
  kind,
  resource,
  requestKind: kind,
  requestResource: resource,
  userInfo,
  dryRun: boolType,
  options: dynType,
});

/** Namespace of a request: the same file, BuildNamespaceType. */
const namespace = objectType("kubernetes.Namespace", {
  metadata: objectType("kubernetes.NamespaceMetadata", {
    ...strings("name", "generateName", "namespace", "UID", "resourceVersion"),
    labels,
    annotations: labels,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: intType,
    deletionTimestamp: timestamp,
    generation: intType,
    finalizers: texts,
  }),
  spec: objectType("kubernetes.NamespaceSpec", { finalizers: texts }),
  status: objectType("kubernetes.NamespaceStatus", {
    conditions: listType(
      objectType("kubernetes.NamespaceCondition", {
        ...strings("status", "type", "message", "reason"),
        lastTransitionTime: timestamp,
      }),
    ),
    phase: stringType,
  }),
});

/** Match conditions of admission policies. */
export const admissionEnvironment: Environment = {
  object: dynType,
  oldObject: dynType,
  request: admissionRequest,
  namespaceObject: namespace,
  authorizer: parseType("kubernetes.authorization.Authorizer"),
  "authorizer.requestResource": parseType("kubernetes.authorization.ResourceCheck"),
};

/** Variables and validations of admission policies. @param variables types of the policy's variables so far. */
export const policyEnvironment = (variables: Readonly<Record<string, Type>>): Environment => ({
  ...admissionEnvironment,
  ...(Object.keys(variables).length > 0 && { variables: objectType("kubernetes.variables", variables) }),
});
