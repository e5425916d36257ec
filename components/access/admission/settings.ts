import { z } from "zod";
import { dispensablePlugins, optionalPlugins } from "./admission.plan";
import { mapping, named, scalarList, text, textMap, texts, wholeNumber } from "../../settings/fields";
import { rules } from "../authentication/settings";
import { labelKeyRule, labelRule, labelValueRule } from "../../settings/textRules";
import { authorityRule, celRule, identifierRule, objectNameRule, tlsUrlRule, wordsRule } from "../textRules";

/** `access.admission` in the settings: what an object has to be before it is kept. */

const level = (byDefault: "baseline" | "restricted", description: string) =>
  z.enum(["privileged", "baseline", "restricted"]).default(byDefault).meta({ description });

const podSecurity = mapping({
  enforce: level("baseline", "What pods must be."),
  audit: level("restricted", "What is noted of pods that are less, in the audit log."),
  warn: level("restricted", "What is said to whoever creates pods that are less."),
  exemptions: mapping({
    namespaces: texts(objectNameRule, { description: "Namespaces in which pods may be anything." }).default([
      "kube-system",
    ]),
    usernames: texts(wordsRule, { description: "Users whose pods may be anything." }).default([]),
    runtimeClasses: texts(objectNameRule, { description: "Runtime classes of pods that may be anything." }).default([]),
  })
    .prefault({})
    .meta({ description: "What is exempt." }),
})
  .prefault({})
  .meta({ description: "Pod Security of namespaces that say nothing else." });

const eventRateLimit = mapping({
  type: z
    .enum(["Server", "Namespace", "User", "SourceAndObject"])
    .meta({
      description: "What has its own measure: the server, each namespace, each user, each source with its object.",
    }),
  qps: wholeNumber(1, 100_000, { description: "Events a second." }),
  burst: wholeNumber(1, 1_000_000, { description: "Events at once." }),
  cacheSize: wholeNumber(1, 1_000_000, { description: "How many of them are told apart." }).default(4096),
});

/** Generous: a crash loop of one workload is cut off, and a large rollout is not. */
const eventRateLimits = [
  { type: "Server" as const, qps: 1000, burst: 10_000, cacheSize: 1 },
  { type: "Namespace" as const, qps: 100, burst: 1000, cacheSize: 4096 },
];

const match = z
  .array(
    mapping({
      apiGroups: scalarList({ description: 'API groups; `""` is the core, `*` is all.' }).default([""]),
      apiVersions: scalarList({ description: "Versions; `*` is all." }).default(["*"]),
      resources: scalarList({ description: "Plurals, with subresources after a slash; `*` is all." }),
      operations: z
        .array(z.enum(["CREATE", "UPDATE", "DELETE", "CONNECT", "*"]))
        .min(1)
        .default(["CREATE", "UPDATE"])
        .meta({ description: "What is done with them." }),
    }),
  )
  .min(1)
  .meta({ description: "What it is about." });

const excludedNamespaces = texts(objectNameRule, { description: "Namespaces in which it does not hold." }).default([
  "kube-system",
]);
const failurePolicy = z
  .enum(["Fail", "Ignore"])
  .default("Fail")
  .meta({ description: "What it means when it cannot be asked." });

const policy = mapping({
  match,
  excludedNamespaces,
  namespaceLabels: textMap(labelKeyRule, labelValueRule, {
    description: "Labels of the namespaces in which it holds.",
  }),
  variables: textMap(identifierRule, celRule, { description: "CEL by name, for `variables.<name>`." }),
  matchConditions: textMap(labelRule(63), celRule, { description: "CEL by name: it holds where all are true." }),
  validations: rules("`object`, `oldObject`, `request`, `variables`", "What has to be true."),
  actions: z
    .array(z.enum(["Deny", "Warn", "Audit"]))
    .min(1)
    .default(["Deny"])
    .meta({ description: "What follows where it is not." }),
  failurePolicy,
});

const webhook = mapping({
  kind: z.enum(["validating", "mutating"]).meta({ description: "Whether it refuses objects, or changes them too." }),
  url: text(tlsUrlRule, { description: "Address outside the cluster.", defaultIs: "absent: a service" }).optional(),
  service: mapping({
    namespace: text(objectNameRule, { description: "Namespace of the Service." }),
    name: text(objectNameRule, { description: "Name of the Service." }),
    path: text(wordsRule, { description: "Path that it answers at." }).default("/"),
    port: wholeNumber(1, 65_535, { description: "Port of the Service." }).default(443),
  })
    .optional()
    .meta({ description: "A Service of the cluster.", defaultIs: "absent: a URL" }),
  certificateAuthority: text(authorityRule, {
    description: "Authority of its certificate, in PEM.",
    defaultIs: "absent: those of the machine image",
  }).optional(),
  match,
  excludedNamespaces,
  failurePolicy,
  timeoutSeconds: wholeNumber(1, 30, { description: "How long it may take.", unit: "seconds" }).default(5),
});

/** `access.admission` in the settings. */
export const admissionSchema = mapping({
  enabledPlugins: z
    .array(z.enum(optionalPlugins as [string, ...string[]]))
    .default(["DenyServiceExternalIPs", "NodeRestriction"])
    .meta({ description: "Plugins beside those that the API server runs by itself." }),
  disabledPlugins: z
    .array(z.enum(dispensablePlugins as [string, ...string[]]))
    .default([])
    .meta({ description: "Plugins that are switched off; those that keep the cluster safe cannot be." }),
  podSecurity,
  eventRateLimits: z
    .array(eventRateLimit)
    .default(eventRateLimits)
    .meta({ description: "How many events the API server takes; empty: as many as come." }),
  policies: named(objectNameRule, policy, { description: "Validating admission policies." }),
  webhooks: named(labelRule(40), webhook, { description: "Admission webhooks." }),
})
  .prefault({})
  .meta({ description: "What objects have to be." });
