import { z } from "zod";
import { mapping, named, text, textMap, texts, wholeNumber } from "../../settings/fields";
import type { Parsed } from "../../settings/fields";
import { labelRule } from "../../settings/textRules";
import { celRules, certificateAuthority } from "../fields";
import {
  celRule,
  certificateAuthorityRule,
  claimRule,
  commonNameRule,
  extraKeyRule,
  httpsUrlRule,
  namePrefixRule,
  shortTextRule,
} from "../textRules";

const claimOrExpression = (what: string) => ({
  claim: text(claimRule, { description: `Claim with ${what}.`, defaultIs: "none if `expression` is set" }).optional(),
  expression: text(celRule, {
    description: `CEL expression over \`claims\` for ${what}.`,
    defaultIs: "none if `claim` is set",
  }).optional(),
});

const prefixedName = (what: string) =>
  exactlyOneSource(
    mapping({
      ...claimOrExpression(what),
      prefix: text(namePrefixRule, {
        description: "Prefix of the names; must not overlap with the prefix of another issuer.",
        defaultIs: "`<issuer>:`",
      }).optional(),
    }),
  );

function exactlyOneSource<Schema extends z.ZodType<{ claim?: string | undefined; expression?: string | undefined }>>(
  schema: Schema,
) {
  return schema.check((context) => {
    const { claim, expression } = context.value;
    if ((claim === undefined) !== (expression === undefined)) return;
    const message = "needs exactly one of claim and expression; write one, such as claim: sub";
    context.issues.push({ code: "custom", message, input: context.value });
  });
}

const issuer = mapping({
  url: text(httpsUrlRule, {
    description: "Issuer URL, exactly as in `iss` of its tokens, a trailing slash included; https.",
  }),
  discoveryUrl: text(httpsUrlRule, {
    description: "URL of the discovery document; https.",
    // The firewall opens the ports of both URLs, but cannot know the URL of the keys in the document.
    defaultIs: "`<url>/.well-known/openid-configuration`",
  }).optional(),
  audiences: texts(shortTextRule, { description: "Accepted audiences (client ids); any of them." }, { least: 1 }),
  certificateAuthority: certificateAuthority("issuer"),
  username: prefixedName("the username").meta({ description: "Mapping of claims to the username." }),
  groups: prefixedName("the groups")
    .optional()
    .meta({ description: "Mapping of claims to groups.", defaultIs: "no groups" }),
  uid: exactlyOneSource(mapping(claimOrExpression("the uid")))
    .optional()
    .meta({ description: "Mapping of claims to the user's uid.", defaultIs: "no uid" }),
  extra: textMap(extraKeyRule, celRule, {
    description: "CEL expressions over `claims` for extra attributes, which authorizers and audit records get.",
  }),
  requiredClaims: textMap(claimRule, shortTextRule, { description: "Claims and the values that they must have." }),
  claimRules: celRules("`claims`", "Validation rules for tokens."),
  userRules: celRules("`user`", "Validation rules for the mapped user."),
});

/** `access.authentication` in the settings. */
export const authenticationSettings = mapping({
  oidc: named(labelRule(40), issuer, { description: "OpenID Connect issuers, at most 64." }),
  webhook: mapping({
    url: text(httpsUrlRule, { description: "URL of a service that answers TokenReview requests; https." }),
    certificateAuthority: certificateAuthority("service"),
    cacheSeconds: wholeNumber(0, 3600, {
      description: "Time the API server caches an answer.",
      unit: "seconds",
    }).default(120),
  })
    .optional()
    .meta({
      description: "Webhook token authentication, for example in front of LDAP or Kerberos.",
      defaultIs: "disabled",
    }),
  proxy: mapping({
    certificateAuthority: text(certificateAuthorityRule, {
      description: "CA certificate of the proxy's client certificate, in PEM; the CA must sign nothing else.",
    }),
    allowedNames: texts(commonNameRule, { description: "Accepted common names of client certificates." }, { least: 1 }),
  })
    .optional()
    .meta({ description: "Authenticating proxy: the API server trusts its user headers.", defaultIs: "disabled" }),
})
  .prefault({})
  .meta({ description: "Authentication in addition to client certificates and ServiceAccount tokens." });

export type AuthenticationSpec = Parsed<typeof authenticationSettings>;
export type OidcIssuerSpec = AuthenticationSpec["oidc"][string];

/** Prefix of an issuer's usernames or groups. */
export const namePrefix = (issuer: string, { prefix }: { readonly prefix?: string | undefined }): string =>
  prefix ?? `${issuer}:`;
