import { z } from "zod";
import { flag, mapping, text, texts, wholeNumber } from "../../settings/fields";
import type { Parsed } from "../../settings/fields";
import { labelRule } from "../../settings/textRules";
import { certificateAuthority } from "../fields";
import { celRule, httpsUrlRule, shortTextRule } from "../textRules";

const webhook = mapping({
  name: text(labelRule(40), { description: "Name of the authorizer, which audit records show." }),
  url: text(httpsUrlRule, { description: "URL of a service that answers SubjectAccessReview requests; https." }),
  certificateAuthority: certificateAuthority("service"),
  position: z
    .enum(["first", "last"])
    .default("last")
    .meta({
      description:
        "`first`: before RBAC, so that it can deny requests of users and workloads (never of the cluster's own components). `last`: after RBAC and ABAC, for requests that neither allows.",
    }),
  failurePolicy: z
    .enum(["NoOpinion", "Deny"])
    .default("Deny")
    .meta({ description: "Decision when the service does not answer." }),
  timeoutSeconds: wholeNumber(1, 30, { description: "Timeout of a request.", unit: "seconds" }).default(3),
  authorizedSeconds: wholeNumber(0, 3600, {
    description: "Time the API server caches an allowed request.",
    unit: "seconds",
  }).default(300),
  unauthorizedSeconds: wholeNumber(0, 3600, {
    description: "Time the API server caches a denied request.",
    unit: "seconds",
  }).default(30),
  matchConditions: texts(
    celRule,
    { description: "CEL expressions over `request`; the service gets requests for which all are true. At most 60." },
    // The API server accepts 64, and Holdfast adds its own conditions to webhooks before RBAC.
    { most: 60 },
  ).default([]),
});

const abacRule = mapping({
  user: text(shortTextRule, {
    description: "User the rule allows; `*`: all.",
    defaultIs: "none if `group` is set",
  }).optional(),
  group: text(shortTextRule, { description: "Group the rule allows.", defaultIs: "none if `user` is set" }).optional(),
  readonly: flag({ description: "Allow only get, list and watch." }).default(false),
  apiGroup: text(shortTextRule, { description: "API group; `*`: all.", defaultIs: "the core group" }).optional(),
  namespace: text(shortTextRule, {
    description: "Namespace; `*`: all.",
    defaultIs: "cluster-scoped resources only",
  }).optional(),
  resource: text(shortTextRule, {
    description: "Plural name of the resource; `*`: all.",
    defaultIs: "none if `nonResourcePath` is set",
  }).optional(),
  nonResourcePath: text(shortTextRule, {
    description: "Path; a trailing `*` includes all paths below.",
    defaultIs: "none if `resource` is set",
  }).optional(),
});

/** `access.authorization` in the settings. */
export const authorizationSettings = mapping({
  webhooks: z.array(webhook).default([]).meta({ description: "Authorization webhooks, in the order of evaluation." }),
  abac: z.array(abacRule).default([]).meta({ description: "Attribute-based access control (ABAC) rules." }),
})
  .prefault({})
  .meta({ description: "Authorization in addition to RBAC and the Node authorizer." });

export type AuthorizationSpec = Parsed<typeof authorizationSettings>;
export type AuthorizationWebhookSpec = AuthorizationSpec["webhooks"][number];
