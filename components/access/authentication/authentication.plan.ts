import { renderYaml } from "../../yaml.plan";
import { isCel } from "../cel/parser.plan";
import { configDirectory } from "../apiServerConfig.plan";
import type { ApiServerConfig } from "../apiServerConfig.plan";
import { webhookKubeconfig } from "../webhookKubeconfig.plan";
import { namePrefix } from "./settings";
import type { AuthenticationSpec, OidcIssuerSpec } from "./settings";

/** Health endpoints: load balancers check them without credentials. */
const anonymousPaths = ["/livez", "/readyz", "/healthz"];

/** Common name of the aggregation layer's client certificate, as kubeadm issues it. */
const frontProxyClient = "front-proxy-client";

/** Authentication of the API server. There is no setting for basic authentication or static tokens. */
export function renderAuthentication(spec: AuthenticationSpec): ApiServerConfig {
  const webhook = spec.webhook && webhookKubeconfig("authentication-webhook", spec.webhook);
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
      // These replace kubeadm's flags, which allow the aggregation layer only. The machine writes both CAs to the file.
      ...(spec.proxy
        ? [
            { name: "requestheader-client-ca-file", value: `${configDirectory}/requestheader-ca.crt` },
            { name: "requestheader-allowed-names", value: [frontProxyClient, ...spec.proxy.allowedNames].join(",") },
          ]
        : []),
    ],
    files: {
      "authentication.yaml": renderYaml(authenticationConfiguration(spec)),
      ...webhook?.files,
      ...(spec.proxy && { "proxy-ca.crt": `${spec.proxy.certificateAuthority.trimEnd()}\n` }),
    },
  };
}

/** AuthenticationConfiguration; the API server reloads the file when it changes, except for `anonymous`. */
function authenticationConfiguration({ oidc }: AuthenticationSpec): object {
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    jwt: Object.entries(oidc).map(([name, issuer]) => jwtAuthenticator(name, issuer)),
    anonymous: { enabled: true, conditions: anonymousPaths.map((path) => ({ path })) },
  };
}

function jwtAuthenticator(name: string, issuer: OidcIssuerSpec): object {
  const { audiences, username, groups, uid } = issuer;
  return {
    issuer: {
      url: issuer.url,
      discoveryURL: issuer.discoveryUrl,
      certificateAuthority: issuer.certificateAuthority,
      audiences,
      audienceMatchPolicy: audiences.length > 1 ? "MatchAny" : undefined,
    },
    claimValidationRules: [
      ...Object.entries(issuer.requiredClaims).map(([claim, requiredValue]) => ({ claim, requiredValue })),
      ...issuer.claimRules,
    ],
    claimMappings: {
      username: prefixed(name, username, (prefix, expression) => `${prefix} + (${closed(expression)})`),
      // The type of a claim is unknown at compile time: without `dyn`, CEL refuses to iterate over it.
      groups:
        groups &&
        prefixed(
          name,
          groups,
          (prefix, expression) => `dyn(${closed(expression)}).map(group, ${prefix} + string(group))`,
        ),
      uid,
      extra: Object.entries(issuer.extra).map(([key, valueExpression]) => ({ key, valueExpression })),
    },
    userValidationRules: issuer.userRules,
  };
}

/** Expression that text may follow: a comment at its end ends before. */
function closed(expression: string): string {
  return isCel(`(${expression})`) ? expression : `${expression}\n`;
}

/** Mapping with the prefix of the issuer: the API server adds it to a claim; an expression must add it itself. */
function prefixed(
  issuer: string,
  mapping: OidcIssuerSpec["username"],
  prepend: (prefix: string, expression: string) => string,
): object {
  const prefix = namePrefix(issuer, mapping);
  if (mapping.expression === undefined) return { claim: mapping.claim, prefix };
  const literal = `'${prefix.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  return { expression: prepend(literal, mapping.expression) };
}
