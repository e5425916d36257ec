import { z } from "zod";
import { mapping, named, text, textMap, texts, wholeNumber } from "../../settings/fields";
import { labelRule } from "../../settings/textRules";
import { authorityRule, celRule, claimRule, extraKeyRule, namePrefixRule, tlsUrlRule, wordsRule } from "../textRules";

/** `access.authentication` and `access.authorization` in the settings: who somebody is, and what they may do. */

const authority = (what: string) =>
  text(authorityRule, {
    description: `Authority of the ${what}'s certificate, in PEM.`,
    defaultIs: "absent: those of the machine image",
  }).optional();

const fromToken = (what: string) => ({
  claim: text(claimRule, { description: `Claim that gives ${what}.`, defaultIs: "absent: an expression" }).optional(),
  expression: text(celRule, {
    description: `CEL over \`claims\` that gives ${what}.`,
    defaultIs: "absent: a claim",
  }).optional(),
});

const prefixed = (what: string) =>
  oneSource(
    mapping({
      ...fromToken(what),
      prefix: text(namePrefixRule, {
        description: "What is put in front of it; no two issuers may share one.",
        defaultIs: "`<issuer>:`",
      }).optional(),
    }),
  );

/** A mapping of which either the claim or the expression is written. */
function oneSource<Schema extends z.ZodType<{ claim?: string | undefined; expression?: string | undefined }>>(
  schema: Schema,
) {
  return schema.check((context) => {
    const { claim, expression } = context.value;
    if ((claim === undefined) !== (expression === undefined)) return;
    const message = "has to say claim or expression, and not both; write one, such as claim: sub";
    context.issues.push({ code: "custom", message, input: context.value });
  });
}

/** A CEL expression that must be true. */
export const rules = (over: string, description: string) =>
  z
    .array(
      mapping({
        expression: text(celRule, { description: `CEL over ${over}; true where all is well.` }),
        message: text(wordsRule, { description: "What is said where it is not true." }),
      }),
    )
    .default([])
    .meta({ description });

const issuer = mapping({
  url: text(tlsUrlRule, { description: "`iss` of its tokens; https." }),
  discoveryUrl: text(tlsUrlRule, {
    description: "Where its discovery document is, if elsewhere; https.",
    defaultIs: "absent: below `url`",
  }).optional(),
  audiences: texts(wordsRule, { description: "Client ids; a token is for one of them." }, { least: 1 }),
  certificateAuthority: authority("issuer"),
  username: prefixed("the user's name").meta({ description: "How the user is called." }),
  groups: prefixed("the user's groups")
    .optional()
    .meta({ description: "Which groups the user is in.", defaultIs: "absent: none" }),
  uid: oneSource(mapping(fromToken("the user's id")))
    .optional()
    .meta({ description: "The user's id.", defaultIs: "absent: none" }),
  extra: textMap(extraKeyRule, celRule, {
    description: "CEL over `claims` by key: what authorization and audit also get.",
  }),
  requiredClaims: textMap(claimRule, wordsRule, { description: "Claims that must have just this value." }),
  claimRules: rules("`claims`", "Rules that a token has to pass."),
  userRules: rules("`user`", "Rules that the user made from it has to pass."),
});

const authenticationWebhook = mapping({
  url: text(tlsUrlRule, { description: "Service that is asked with a TokenReview; https." }),
  certificateAuthority: authority("service"),
  cacheSeconds: wholeNumber(0, 3600, { description: "How long an answer is kept.", unit: "seconds" }).default(120),
})
  .optional()
  .meta({
    description: "A service that knows bearer tokens, in front of LDAP or Kerberos, say.",
    defaultIs: "absent: none",
  });

const proxy = mapping({
  certificateAuthority: text(authorityRule, {
    description: "Authority of the proxy's client certificate, in PEM; of nothing else.",
  }),
  allowedNames: texts(wordsRule, { description: "Common names of its client certificates." }, { least: 1 }),
})
  .optional()
  .meta({ description: "A proxy that has authenticated its users itself.", defaultIs: "absent: none" });

/** `access.authentication` in the settings. */
export const authenticationSchema = mapping({
  oidc: named(labelRule(40), issuer, { description: "OpenID Connect issuers." }),
  webhook: authenticationWebhook,
  proxy,
})
  .prefault({})
  .meta({ description: "Who somebody is, beside client certificates and service accounts." });

const authorizationWebhook = mapping({
  name: text(labelRule(40), { description: "Name of one's own; audit records tell it." }),
  url: text(tlsUrlRule, { description: "Service that is asked with a SubjectAccessReview; https." }),
  certificateAuthority: authority("service"),
  position: z
    .enum(["first", "last"])
    .default("last")
    .meta({
      description:
        "`first`: before RBAC, so that it can refuse people and workloads (never the cluster's components); `last`: about what nobody else allows.",
    }),
  failurePolicy: z.enum(["NoOpinion", "Deny"]).default("Deny").meta({ description: "What its silence means." }),
  timeoutSeconds: wholeNumber(1, 30, { description: "How long it may take.", unit: "seconds" }).default(3),
  authorizedSeconds: wholeNumber(0, 3600, { description: "How long a yes is kept.", unit: "seconds" }).default(300),
  unauthorizedSeconds: wholeNumber(0, 3600, { description: "How long a no is kept.", unit: "seconds" }).default(30),
  matchConditions: texts(
    celRule,
    { description: "CEL over `request`: it is asked where all are true; at most 60." },
    // The API server takes 64, and those of webhooks before RBAC come with some.
    { most: 60 },
  ).default([]),
});

const abacRule = mapping({
  user: text(wordsRule, { description: "Whom it allows; `*` is everybody.", defaultIs: "absent: a group" }).optional(),
  group: text(wordsRule, { description: "Group that it allows.", defaultIs: "absent: a user" }).optional(),
  readonly: z.boolean().default(false).meta({ description: "Only get, list and watch." }),
  apiGroup: text(wordsRule, { description: "API group; `*` is all.", defaultIs: "the core group" }).optional(),
  namespace: text(wordsRule, { description: "Namespace; `*` is all.", defaultIs: "what is in none" }).optional(),
  resource: text(wordsRule, {
    description: "Plural of the resource; `*` is all.",
    defaultIs: "absent: a path",
  }).optional(),
  nonResourcePath: text(wordsRule, {
    description: "Path; `*` at the end takes in what is below.",
    defaultIs: "absent: a resource",
  }).optional(),
});

/** `access.authorization` in the settings. */
export const authorizationSchema = mapping({
  webhooks: z
    .array(authorizationWebhook)
    .default([])
    .meta({ description: "Services that are asked too, in this order." }),
  abac: z.array(abacRule).default([]).meta({ description: "Policies of attribute-based access control." }),
})
  .prefault({})
  .meta({ description: "What they may do, beside RBAC." });
