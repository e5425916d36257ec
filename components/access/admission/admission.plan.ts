/** What the API server looks at before it keeps anything. */

import { configDirectory, yamlDocument } from "../configFile.plan";
import type { ServerConfig } from "../configFile.plan";
import type { AdmissionPolicySpec, AdmissionSpec, AdmissionWebhookSpec } from "../spec";

/** Plugins that this API server runs unless told otherwise and that are no matter of taste: without them it is not safe. */
export const indispensablePlugins: readonly string[] = [
  "CertificateApproval",
  "CertificateSigning",
  "CertificateSubjectRestriction",
  "NamespaceLifecycle",
  "NodeRestriction",
  "PodSecurity",
  "ServiceAccount",
  "ValidatingAdmissionPolicy",
];

/** Plugins that it runs unless told otherwise, and that may be switched off. */
export const dispensablePlugins: readonly string[] = [
  "DefaultIngressClass",
  "DefaultStorageClass",
  "DefaultTolerationSeconds",
  "LimitRanger",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionWebhook",
  "PersistentVolumeClaimResize",
  "Priority",
  "ResourceQuota",
  "RuntimeClass",
  "StorageObjectInUseProtection",
  "TaintNodesByCondition",
  "ValidatingAdmissionWebhook",
];

/** Plugins that it runs when told to, and that need no configuration of their own. */
export const optionalPlugins: readonly string[] = [
  "AlwaysPullImages",
  "DenyServiceExternalIPs",
  "ExtendedResourceToleration",
  "LimitPodHardAntiAffinityTopology",
  "NamespaceAutoProvision",
  "NamespaceExists",
  "NodeRestriction",
  "OwnerReferencesPermissionEnforcement",
  "PodNodeSelector",
  "PodTolerationRestriction",
];

/** Its objects are in the cluster: {@link admissionObjects}. The API server reads the files when it starts. */
export function admission(spec: AdmissionSpec): ServerConfig {
  const { eventRateLimits, enabledPlugins, disabledPlugins } = spec;
  const enabled = new Set(["NodeRestriction", ...enabledPlugins]);
  if (eventRateLimits.length > 0) enabled.add("EventRateLimit");
  return {
    flags: [
      { name: "enable-admission-plugins", value: [...enabled].sort().join(",") },
      ...(disabledPlugins.length > 0
        ? [{ name: "disable-admission-plugins", value: [...disabledPlugins].sort().join(",") }]
        : []),
      { name: "admission-control-config-file", value: `${configDirectory}/admission.yaml` },
    ],
    files: { "admission.yaml": yamlDocument(admissionConfiguration(spec)) },
  };
}

export function admissionConfiguration({ podSecurity, eventRateLimits }: AdmissionSpec): object {
  const { enforce, audit, warn, exemptions } = podSecurity;
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AdmissionConfiguration",
    plugins: [
      {
        name: "PodSecurity",
        configuration: {
          apiVersion: "pod-security.admission.config.k8s.io/v1",
          kind: "PodSecurityConfiguration",
          defaults: {
            ...{ enforce, "enforce-version": "latest" },
            ...{ audit, "audit-version": "latest" },
            ...{ warn, "warn-version": "latest" },
          },
          exemptions,
        },
      },
      ...(eventRateLimits.length === 0
        ? []
        : [
            {
              name: "EventRateLimit",
              configuration: {
                apiVersion: "eventratelimit.admission.k8s.io/v1alpha1",
                kind: "Configuration",
                limits: eventRateLimits,
              },
            },
          ]),
    ],
  };
}

const registration = "admissionregistration.k8s.io/v1";

/** An object of the cluster, as far as it is made here. */
export interface AdmissionObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}

/** Policies with their bindings and webhooks, as objects of the cluster. */
export function admissionObjects({ policies, webhooks }: AdmissionSpec): readonly AdmissionObject[] {
  return [
    ...Object.entries(policies).flatMap(([name, policy]) => admissionPolicy(name, policy)),
    ...Object.entries(webhooks).map(([name, webhook]) => admissionWebhook(name, webhook)),
  ];
}

function admissionPolicy(name: string, policy: AdmissionPolicySpec): readonly AdmissionObject[] {
  return [
    {
      apiVersion: registration,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: policy.failurePolicy,
        matchConstraints: { resourceRules: policy.match },
        variables: named(policy.variables),
        matchConditions: named(policy.matchConditions),
        validations: policy.validations.map(({ expression, message }) => ({ expression, message })),
      },
    },
    {
      apiVersion: registration,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: policy.actions,
        matchResources: { namespaceSelector: namespaces(policy) },
      },
    },
  ];
}

const named = (expressions: Readonly<Record<string, string>>) =>
  Object.entries(expressions).map(([name, expression]) => ({ name, expression }));

/** Every namespace has a label with its name, which the API server keeps. */
function namespaces(from: {
  excludedNamespaces: readonly string[];
  namespaceLabels?: Readonly<Record<string, string>>;
}) {
  const excluded = from.excludedNamespaces;
  return {
    matchLabels: from.namespaceLabels ?? {},
    matchExpressions:
      excluded.length === 0 ? [] : [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: excluded }],
  };
}

function admissionWebhook(name: string, webhook: AdmissionWebhookSpec): AdmissionObject {
  const { kind, url, service, certificateAuthority, match, failurePolicy, timeoutSeconds } = webhook;
  return {
    apiVersion: registration,
    kind: kind === "validating" ? "ValidatingWebhookConfiguration" : "MutatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: `${name}.holdfast.dev`,
        admissionReviewVersions: ["v1"],
        clientConfig: {
          ...(url === undefined ? { service } : { url }),
          ...(certificateAuthority !== undefined && { caBundle: Buffer.from(certificateAuthority).toString("base64") }),
        },
        rules: match,
        namespaceSelector: namespaces(webhook),
        failurePolicy,
        timeoutSeconds,
        sideEffects: "None",
      },
    ],
  };
}

/** The CEL expressions of a policy by where they stand in it, with the variables that each may use. */
export function policyExpressions(
  policy: AdmissionPolicySpec,
): readonly {
  readonly path: readonly (string | number)[];
  readonly expression: string;
  readonly variables: string[];
}[] {
  const known = ["object", "oldObject", "request", "namespaceObject", "authorizer", "params"];
  return [
    ...Object.entries(policy.matchConditions).map(([name, expression]) => ({
      path: ["matchConditions", name],
      expression,
      variables: known,
    })),
    ...Object.entries(policy.variables).map(([name, expression]) => ({
      path: ["variables", name],
      expression,
      variables: [...known, "variables"],
    })),
    ...policy.validations.map(({ expression }, index) => ({
      path: ["validations", index, "expression"],
      expression,
      variables: [...known, "variables"],
    })),
  ];
}
