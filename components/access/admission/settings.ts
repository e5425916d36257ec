import { z } from "zod";
import { mapping, named, scalarList, text, textMap, texts, wholeNumber } from "../../settings/fields";
import type { Parsed } from "../../settings/fields";
import { podSecurityLevels } from "../../settings/podSecurity";
import type { PodSecurityLevel } from "../../settings/podSecurity";
import { labelKeyRule, labelRule, labelValueRule } from "../../settings/textRules";
import { celRules, certificateAuthority } from "../fields";
import {
  celRule,
  httpsUrlRule,
  identifierRule,
  namespaceRule,
  objectNameRule,
  shortTextRule,
  webhookPathRule,
} from "../textRules";

/** Plugins that are on by default and may be turned off. The cluster is not secure without the others. */
const optionalDefaultPlugins = [
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
] as const;

/** Plugins that are off by default and need no configuration. */
const additionalPlugins = [
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
] as const;

const level = (byDefault: PodSecurityLevel, description: string) =>
  z.enum(podSecurityLevels).default(byDefault).meta({ description });

const podSecurity = mapping({
  enforce: level("baseline", "Level that is enforced: pods that violate it are rejected."),
  audit: level("restricted", "Level whose violations are recorded in the audit log."),
  warn: level("restricted", "Level whose violations return a warning to the client."),
  exemptions: mapping({
    namespaces: texts(namespaceRule, { description: "Exempt namespaces." }).default(["kube-system"]),
    usernames: texts(shortTextRule, { description: "Exempt users." }).default([]),
    runtimeClasses: texts(objectNameRule, { description: "Exempt runtime classes." }).default([]),
  })
    .prefault({})
    .meta({ description: "Exemptions from Pod Security." }),
})
  .prefault({})
  .meta({ description: "Pod Security Standards of namespaces without their own labels." });

const eventRateLimit = mapping({
  type: z
    .enum(["Server", "Namespace", "User", "SourceAndObject"])
    .meta({
      description:
        "Scope of the limit: the API server, each namespace, each user, or each source and object of events.",
    }),
  qps: wholeNumber(1, 100_000, { description: "Events per second." }),
  burst: wholeNumber(1, 1_000_000, { description: "Events in a burst." }),
  cacheSize: wholeNumber(1, 1_000_000, { description: "Number of namespaces, users or sources to track." }).default(
    4096,
  ),
});

const match = z
  .array(
    mapping({
      apiGroups: scalarList({ description: 'API groups; `""` is the core group, `*` matches all.' }).default([""]),
      apiVersions: scalarList({ description: "API versions; `*` matches all." }).default(["*"]),
      resources: scalarList({ description: "Plural names, subresources as `pods/exec`; `*` matches all." }),
      operations: z
        .array(z.enum(["CREATE", "UPDATE", "DELETE", "CONNECT", "*"]))
        .min(1)
        .default(["CREATE", "UPDATE"])
        .meta({ description: "Operations to match." }),
    }),
  )
  .min(1)
  .meta({ description: "Requests to match." });

const excludedNamespaces = texts(namespaceRule, { description: "Namespaces to exclude." }).default(["kube-system"]);
const failurePolicy = (failure: string) =>
  z
    .enum(["Fail", "Ignore"])
    .default("Fail")
    .meta({ description: `Reject (\`Fail\`) or allow (\`Ignore\`) the request when ${failure}.` });

const policy = mapping({
  match,
  excludedNamespaces,
  namespaceLabels: textMap(labelKeyRule, labelValueRule, {
    description: "Labels of the namespaces to match; empty: all.",
  }),
  variables: textMap(identifierRule, celRule, { description: "CEL expressions, available as `variables.<name>`." }),
  matchConditions: textMap(labelRule(63), celRule, {
    description: "CEL expressions by name; the policy applies where all are true.",
  }),
  validations: celRules("`object`, `oldObject`, `request`, `variables`", "Validation rules."),
  actions: z
    .array(z.enum(["Deny", "Warn", "Audit"]))
    .min(1)
    .default(["Deny"])
    .meta({ description: "Actions on violations." }),
  failurePolicy: failurePolicy("an expression fails"),
});

const webhook = mapping({
  kind: z.enum(["validating", "mutating"]).meta({ description: "Kind of the webhook." }),
  url: text(httpsUrlRule, {
    description: "URL of a server outside the cluster.",
    defaultIs: "none if `service` is set",
  }).optional(),
  service: mapping({
    namespace: text(namespaceRule, { description: "Namespace of the Service." }),
    name: text(objectNameRule, { description: "Name of the Service." }),
    path: text(webhookPathRule, { description: "URL path of the webhook." }).default("/"),
    port: wholeNumber(1, 65_535, { description: "Port of the Service." }).default(443),
  })
    .optional()
    .meta({ description: "Service in the cluster.", defaultIs: "none if `url` is set" }),
  certificateAuthority: certificateAuthority("server"),
  match,
  excludedNamespaces,
  failurePolicy: failurePolicy("the webhook does not answer"),
  timeoutSeconds: wholeNumber(1, 30, { description: "Timeout of a call.", unit: "seconds" }).default(5),
});

/** `access.admission` in the settings. */
export const admissionSettings = mapping({
  enabledPlugins: z
    .array(z.enum(additionalPlugins))
    .default(["DenyServiceExternalIPs", "NodeRestriction"])
    .meta({ description: "Admission plugins to enable in addition to the API server's defaults." }),
  disabledPlugins: z
    .array(z.enum(optionalDefaultPlugins))
    .default([])
    .meta({ description: "Default admission plugins to disable; security-relevant plugins cannot be disabled." }),
  podSecurity,
  eventRateLimits: z
    .array(eventRateLimit)
    // These limits stop a crash-looping workload, but not a large rollout.
    .default([
      { type: "Server", qps: 1000, burst: 10_000, cacheSize: 1 },
      { type: "Namespace", qps: 100, burst: 1000, cacheSize: 4096 },
    ])
    .meta({ description: "Rate limits of events; empty: unlimited." }),
  policies: named(objectNameRule, policy, { description: "ValidatingAdmissionPolicies by name." }),
  webhooks: named(labelRule(40), webhook, { description: "Admission webhooks by name." }),
})
  .prefault({})
  .meta({ description: "Admission control." });

export type AdmissionSpec = Parsed<typeof admissionSettings>;
export type AdmissionPolicySpec = AdmissionSpec["policies"][string];
export type AdmissionWebhookSpec = AdmissionSpec["webhooks"][string];
