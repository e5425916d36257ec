import { renderYaml } from "../../yaml.plan";
import { configDirectory } from "../apiServerConfig.plan";
import type { ApiServerConfig } from "../apiServerConfig.plan";
import type { AdmissionPolicySpec, AdmissionSpec, AdmissionWebhookSpec } from "./settings";

/** Admission plugins of the API server, which reads their configuration at start. */
export function renderAdmission(spec: AdmissionSpec): ApiServerConfig {
  const { eventRateLimits, enabledPlugins, disabledPlugins } = spec;
  const enabled = new Set<string>(["NodeRestriction", ...enabledPlugins]);
  if (eventRateLimits.length > 0) enabled.add("EventRateLimit");
  return {
    flags: [
      { name: "enable-admission-plugins", value: [...enabled].sort().join(",") },
      ...(disabledPlugins.length > 0
        ? [{ name: "disable-admission-plugins", value: [...disabledPlugins].sort().join(",") }]
        : []),
      { name: "admission-control-config-file", value: `${configDirectory}/admission.yaml` },
    ],
    files: { "admission.yaml": renderYaml(admissionConfiguration(spec)) },
  };
}

function admissionConfiguration({ podSecurity, eventRateLimits }: AdmissionSpec): object {
  const { enforce, audit, warn, exemptions } = podSecurity;
  const eventRateLimit = {
    name: "EventRateLimit",
    configuration: {
      apiVersion: "eventratelimit.admission.k8s.io/v1alpha1",
      kind: "Configuration",
      limits: eventRateLimits,
    },
  };
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
            enforce,
            "enforce-version": "latest",
            audit,
            "audit-version": "latest",
            warn,
            "warn-version": "latest",
          },
          exemptions,
        },
      },
      ...(eventRateLimits.length > 0 ? [eventRateLimit] : []),
    ],
  };
}

const apiVersion = "admissionregistration.k8s.io/v1";

/** Kubernetes object of admission control. */
export interface AdmissionObject {
  readonly apiVersion: string;
  readonly kind:
    | "MutatingWebhookConfiguration"
    | "ValidatingAdmissionPolicy"
    | "ValidatingAdmissionPolicyBinding"
    | "ValidatingWebhookConfiguration";
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}

/** Policies with their bindings, and webhooks, as Kubernetes objects. */
export function admissionObjects({ policies, webhooks }: AdmissionSpec): readonly AdmissionObject[] {
  return [
    ...Object.entries(policies).flatMap(([name, policy]) => admissionPolicy(name, policy)),
    ...Object.entries(webhooks).map(([name, webhook]) => admissionWebhook(name, webhook)),
  ];
}

function admissionPolicy(name: string, policy: AdmissionPolicySpec): readonly AdmissionObject[] {
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: policy.failurePolicy,
        matchConstraints: { resourceRules: policy.match },
        variables: namedExpressions(policy.variables),
        matchConditions: namedExpressions(policy.matchConditions),
        validations: policy.validations,
      },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: policy.actions,
        matchResources: { namespaceSelector: namespaceSelector(policy.excludedNamespaces, policy.namespaceLabels) },
      },
    },
  ];
}

const namedExpressions = (expressions: Readonly<Record<string, string>>) =>
  Object.entries(expressions).map(([name, expression]) => ({ name, expression }));

/** The API server labels every namespace with its name. */
const namespaceSelector = (excluded: readonly string[], matchLabels: Readonly<Record<string, string>> = {}) => ({
  matchLabels,
  matchExpressions:
    excluded.length === 0 ? [] : [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: excluded }],
});

function admissionWebhook(name: string, webhook: AdmissionWebhookSpec): AdmissionObject {
  const { kind, url, service, certificateAuthority, match, failurePolicy, timeoutSeconds } = webhook;
  const caBundle = certificateAuthority && Buffer.from(certificateAuthority).toString("base64");
  return {
    apiVersion,
    kind: kind === "validating" ? "ValidatingWebhookConfiguration" : "MutatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: `${name}.holdfast.dev`,
        admissionReviewVersions: ["v1"],
        clientConfig: { url, service, caBundle },
        rules: match,
        namespaceSelector: namespaceSelector(webhook.excludedNamespaces),
        failurePolicy,
        timeoutSeconds,
        sideEffects: "None",
      },
    ],
  };
}
