/** Whom the API server takes people and programs for. Client certificates and tokens of service accounts always count. */

import { askedService } from "../webhookKubeconfig.plan";
import { configDirectory, yamlDocument } from "../configFile.plan";
import type { Flag, ServerConfig } from "../configFile.plan";
import type { AuthenticationSpec, ClaimOrExpression, OidcIssuerSpec, PrefixedNameSpec } from "../spec";

/** Paths that answer to nobody in particular: load balancers ask for health without a certificate. */
export const anonymousPaths = ["/livez", "/readyz", "/healthz"] as const;

/** Authority of Kubernetes' own aggregation layer followed by that of the settings' proxy; the machine puts both together. */
export const proxyAuthorityFile = "proxy-ca.crt";
const requestHeaderAuthorities = `${configDirectory}/requestheader-ca.crt`;

/** Common name of the aggregation layer's certificate, as kubeadm issues it. */
const frontProxyClient = "front-proxy-client";

/** Neither basic authentication nor a file of tokens: there is no setting for either. */
export function authentication(spec: AuthenticationSpec): ServerConfig {
  const webhook = spec.webhook && askedService("authentication-webhook", spec.webhook);
  return {
    flags: [
      { name: "authentication-config", value: `${configDirectory}/authentication.yaml` },
      ...(spec.webhook && webhook
        ? [
            { name: "authentication-token-webhook-config-file", value: webhook.path },
            { name: "authentication-token-webhook-version", value: "v1" },
            { name: "authentication-token-webhook-cache-ttl", value: `${spec.webhook.cacheSeconds}s` },
          ]
        : []),
      ...(spec.proxy ? proxyFlags(spec.proxy.allowedNames) : []),
    ],
    files: {
      "authentication.yaml": yamlDocument(authenticationConfiguration(spec)),
      ...webhook?.files,
      ...(spec.proxy && { [proxyAuthorityFile]: `${spec.proxy.certificateAuthority.trimEnd()}\n` }),
    },
  };
}

/** In place of kubeadm's own, which know the aggregation layer alone. */
function proxyFlags(allowedNames: readonly string[]): readonly Flag[] {
  return [
    { name: "requestheader-client-ca-file", value: requestHeaderAuthorities },
    { name: "requestheader-allowed-names", value: [frontProxyClient, ...allowedNames].join(",") },
  ];
}

/** The structured configuration; the API server reads it anew when the file changes, but for `anonymous`. */
export function authenticationConfiguration({ oidc }: Pick<AuthenticationSpec, "oidc">): object {
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    jwt: Object.values(oidc).map(authenticator),
    anonymous: { enabled: true, conditions: anonymousPaths.map((path) => ({ path })) },
  };
}

function authenticator(issuer: OidcIssuerSpec): object {
  const { url, discoveryUrl, audiences, certificateAuthority, username, groups, uid, extra } = issuer;
  return {
    issuer: {
      url,
      ...(discoveryUrl !== undefined && { discoveryURL: discoveryUrl }),
      ...(certificateAuthority !== undefined && { certificateAuthority }),
      audiences,
      ...(audiences.length > 1 && { audienceMatchPolicy: "MatchAny" }),
    },
    claimValidationRules: [
      ...Object.entries(issuer.requiredClaims).map(([claim, requiredValue]) => ({ claim, requiredValue })),
      ...issuer.claimRules,
    ],
    claimMappings: {
      username: prefixed(username, textWithPrefix),
      ...(groups && { groups: prefixed(groups, listWithPrefix) }),
      ...(uid && { uid }),
      extra: Object.entries(extra).map(([key, valueExpression]) => ({ key, valueExpression })),
    },
    userValidationRules: issuer.userRules,
  };
}

/** A claim has its prefix beside it; an expression has to bring it. */
function prefixed({ prefix, from }: PrefixedNameSpec, join: (prefix: string, expression: string) => string): object {
  return "claim" in from ? { ...from, prefix } : { expression: join(celText(prefix), from.expression) };
}

const textWithPrefix = (prefix: string, expression: string): string => `${prefix} + (${expression})`;

/** Groups are a list. What a claim holds is known only when there is one: without `dyn`, CEL would not go through it. */
const listWithPrefix = (prefix: string, expression: string): string =>
  `dyn(${expression}).map(group, ${prefix} + string(group))`;

/** A text in CEL. */
function celText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** What an issuer's expressions are, by where they stand below the issuer, and the one variable that they may use. */
export function issuerExpressions(
  issuer: OidcIssuerSpec,
): readonly { readonly path: readonly (string | number)[]; readonly expression: string; readonly variable: string }[] {
  const of = (key: string, from: ClaimOrExpression | undefined) =>
    from !== undefined && "expression" in from
      ? [{ path: [key, "expression"], expression: from.expression, variable: "claims" }]
      : [];
  return [
    ...of("username", issuer.username.from),
    ...of("groups", issuer.groups?.from),
    ...of("uid", issuer.uid),
    ...Object.entries(issuer.extra).map(([key, expression]) => ({
      path: ["extra", key],
      expression,
      variable: "claims",
    })),
    ...issuer.claimRules.map(({ expression }, index) => ({
      path: ["claimRules", index, "expression"],
      expression,
      variable: "claims",
    })),
    ...issuer.userRules.map(({ expression }, index) => ({
      path: ["userRules", index, "expression"],
      expression,
      variable: "user",
    })),
  ];
}
