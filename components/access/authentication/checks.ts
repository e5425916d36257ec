import { checkDuplicates, finding } from "../../settings/problems";
import type { Finding, SettingPath } from "../../settings/problems";
import { checkCondition, checkExpression, selects } from "../cel/checks";
import { claimsEnvironment, userEnvironment } from "../cel/environments.plan";
import { findExpression } from "../cel/parser.plan";
import { defaultIssuer } from "../serviceAccounts/issuerFlags.plan";
import { namePrefix } from "./settings";
import type { AuthenticationSpec, OidcIssuerSpec } from "./settings";

const oidcPath: SettingPath = ["access", "authentication", "oidc"];

export function* checkAuthentication(spec: AuthenticationSpec): Iterable<Finding> {
  yield* checkIssuers(spec);
  yield* checkPrefixes(spec);
  for (const [index, name] of (spec.proxy?.allowedNames ?? []).entries()) {
    const path = ["access", "authentication", "proxy", "allowedNames", index];
    if (name === "front-proxy-client") {
      yield finding(
        path,
        "is reserved for the Kubernetes aggregation layer; issue the proxy a certificate with another name",
      );
    }
  }
}

/** Limit of AuthenticationConfiguration. */
const maxIssuers = 64;

function* checkIssuers({ oidc }: AuthenticationSpec): Iterable<Finding> {
  const count = Object.keys(oidc).length;
  if (count > maxIssuers) {
    yield finding(oidcPath, `has ${count} issuers, but the API server accepts ${maxIssuers}; remove some`);
  }
  yield* checkDiscoveryUrls(oidc);
  const byUrl = new Map<string, string>();
  for (const [name, issuer] of Object.entries(oidc)) {
    const path = [...oidcPath, name];
    const other = byUrl.get(issuer.url);
    if (other !== undefined) {
      const message = `duplicate of the URL of issuer ${other}; write one issuer with several audiences`;
      yield finding([...path, "url"], message, [[...oidcPath, other, "url"]]);
    }
    byUrl.set(issuer.url, name);
    if (issuer.url === defaultIssuer) {
      yield finding(
        [...path, "url"],
        "is the issuer of the cluster's ServiceAccount tokens; write that of another issuer",
      );
    }
    yield* checkDuplicates([...path, "audiences"], issuer.audiences);
    for (const rules of ["claimRules", "userRules"] as const) {
      yield* checkDuplicateRules([...path, rules], issuer[rules]);
    }
    yield* checkExpressions(path, issuer);
    yield* checkVerifiedEmail(path, issuer);
  }
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, "");

function* checkDiscoveryUrls(oidc: AuthenticationSpec["oidc"]): Iterable<Finding> {
  const byUrl = new Map<string, string>();
  for (const [name, { url, discoveryUrl }] of Object.entries(oidc)) {
    if (discoveryUrl === undefined) continue;
    const path = [...oidcPath, name, "discoveryUrl"];
    if (withoutSlash(discoveryUrl) === withoutSlash(url)) {
      yield finding(path, "is the issuer's own URL, which is the default; remove it", [[...oidcPath, name, "url"]]);
    }
    const other = byUrl.get(discoveryUrl);
    if (other !== undefined) {
      yield finding(path, `duplicate of the discovery URL of issuer ${other}; write one of its own`, [
        [...oidcPath, other, "discoveryUrl"],
      ]);
    }
    byUrl.set(discoveryUrl, name);
  }
}

function* checkDuplicateRules(path: SettingPath, rules: OidcIssuerSpec["claimRules"]): Iterable<Finding> {
  const expressions = rules.map(({ expression }) => expression);
  for (const [index, expression] of expressions.entries()) {
    if (expressions.indexOf(expression) < index) yield finding([...path, index, "expression"], "duplicate; remove one");
  }
}

function* checkExpressions(path: SettingPath, issuer: OidcIssuerSpec): Iterable<Finding> {
  const { username, groups, uid, extra, claimRules, userRules } = issuer;
  const wanted = { username: ["string"], groups: ["list"], uid: ["string"] };
  for (const [key, source] of Object.entries({ username, groups, uid })) {
    if (source?.expression === undefined) continue;
    const types = wanted[key as keyof typeof wanted];
    yield* checkExpression([...path, key, "expression"], source.expression, claimsEnvironment, {
      types,
      orDynamic: true,
    });
  }
  const attribute = { types: ["string", "list"], orDynamic: true };
  for (const [key, expression] of Object.entries(extra)) {
    yield* checkExpression([...path, "extra", key], expression, claimsEnvironment, attribute);
  }
  for (const [index, { expression }] of claimRules.entries()) {
    yield* checkCondition([...path, "claimRules", index, "expression"], expression, claimsEnvironment);
  }
  for (const [index, { expression }] of userRules.entries()) {
    yield* checkCondition([...path, "userRules", index, "expression"], expression, userEnvironment);
  }
}

/** The API server requires this too (KEP-3331): most issuers let users claim any address. */
function* checkVerifiedEmail(path: SettingPath, { username, extra, claimRules }: OidcIssuerSpec): Iterable<Finding> {
  const { expression } = username;
  if (expression === undefined) return;
  if (!selects(findExpression(expression), "claims", "email", { indexed: true })) return;
  const expressions = [expression, ...Object.values(extra), ...claimRules.map((rule) => rule.expression)];
  if (expressions.some((each) => selects(findExpression(each), "claims", "email_verified"))) return;
  yield finding(
    [...path, "username", "expression"],
    "uses an e-mail address that may not be verified; add a claimRule such as claims.?email_verified.orValue(false) == true",
    [[...path, "claimRules"]],
  );
}

/** An issuer with prefix `team:` could issue the names of an issuer with prefix `team:a:`. */
function* checkPrefixes({ oidc }: AuthenticationSpec): Iterable<Finding> {
  for (const kind of ["username", "groups"] as const) {
    const prefixes = Object.entries(oidc).flatMap(([name, { [kind]: source }]) =>
      source ? [{ name, prefix: namePrefix(name, source), path: [...oidcPath, name, kind, "prefix"] }] : [],
    );
    for (const [index, { prefix, path }] of prefixes.entries()) {
      const earlier = prefixes.slice(0, index);
      const other = earlier.find((each) => each.prefix.startsWith(prefix) || prefix.startsWith(each.prefix));
      if (other === undefined) continue;
      const overlap = other.prefix === prefix ? "duplicate of" : `overlaps with ${other.prefix},`;
      const message = `${overlap} the prefix of issuer ${other.name}; write one that neither starts with the other`;
      yield finding(path, message, [other.path]);
    }
  }
}
