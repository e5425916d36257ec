import { issuerExpressions } from "./authentication/authentication.plan";
import { policyExpressions } from "./admission/admission.plan";
import { authorizerNames } from "./authorization/authorization.plan";
import { readCel } from "./cel.plan";
import type { AccessSpec, OidcIssuerSpec } from "./spec";
import type { ClusterSpec } from "../clusterSpec";
import type { Finding, SettingPath } from "../settings/problems";

/** Who may reach the API, and what is asked, recorded and encrypted. */

const accessPath: SettingPath = ["access"];
const oidcPath: SettingPath = [...accessPath, "authentication", "oidc"];

export function* checkAccess({ access, platform }: ClusterSpec): Iterable<Finding> {
  yield* checkIssuers(access);
  yield* checkPrefixes(access);
  yield* checkProxy(access);
  yield* checkAuthorizers(access);
  yield* checkAbac(access);
  yield* checkAdmission(access);
  yield* checkAudit(access);
  yield* checkEncryption(access);
  const inCluster = ["policies", "webhooks"] as const;
  for (const part of platform.enabled ? [] : inCluster) {
    if (Object.keys(access.admission[part]).length === 0) continue;
    const path = [...accessPath, "admission", part];
    const message =
      "are objects in the cluster, of which the stack makes none with platform.enabled: false; leave them out";
    yield { path, found: access.admission[part], message, involves: [["platform", "enabled"]] };
  }
}

function* checkIssuers({ authentication: { oidc } }: AccessSpec): Iterable<Finding> {
  const byUrl = new Map<string, string>();
  for (const [name, issuer] of Object.entries(oidc)) {
    const path = [...oidcPath, name];
    const other = byUrl.get(issuer.url);
    if (other !== undefined) {
      const message = `is the issuer of ${other}, too, and a token could not say whose it is; write one entry with several audiences`;
      yield { path: [...path, "url"], found: issuer.url, message, involves: [[...oidcPath, other, "url"]] };
    }
    byUrl.set(issuer.url, name);
    if (issuer.discoveryUrl === issuer.url) {
      const message = "is the issuer's own URL, which is the default; leave it out";
      yield { path: [...path, "discoveryUrl"], found: issuer.discoveryUrl, message };
    }
    for (const { path: place, expression, variable } of issuerExpressions(issuer)) {
      yield* checkVariables([...path, ...place], expression, [variable]);
    }
    yield* checkVerifiedEmail(path, issuer);
  }
}

/** The API server asks for the same (KEP-3331): anybody can claim an address at most issuers. */
function* checkVerifiedEmail(path: SettingPath, issuer: OidcIssuerSpec): Iterable<Finding> {
  const { username, extra, claimRules } = issuer;
  if (!("expression" in username.from) || !readsOf(username.from.expression).has("claims.email")) return;
  const where = [username.from.expression, ...Object.values(extra), ...claimRules.map(({ expression }) => expression)];
  if (where.some((expression) => readsOf(expression).has("claims.email_verified"))) return;
  yield {
    path: [...path, "username", "expression"],
    found: username.from.expression,
    message:
      "takes the address without asking whether it is verified; add a claimRule such as claims.?email_verified.orValue(false) == true",
    involves: [[...path, "claimRules"]],
  };
}

function readsOf(expression: string): ReadonlySet<string> {
  try {
    return readCel(expression).paths;
  } catch {
    return new Set();
  }
}

/** Types are values (`type(x) == string`), and functions of libraries stand behind a name (`optional.none()`). */
const libraryNames = new Set(
  "bool bytes cidr double duration format int ip list map math null_type optional quantity semver sets string timestamp type uint url".split(
    " ",
  ),
);

function* checkVariables(path: SettingPath, expression: string, known: readonly string[]): Iterable<Finding> {
  let used: ReadonlySet<string>;
  try {
    used = readCel(expression).variables;
  } catch {
    return;
  }
  for (const name of used) {
    if (known.includes(name) || libraryNames.has(name)) continue;
    yield { path, found: expression, message: `speaks of ${name}, which is unknown there; write ${known.join(", ")}` };
  }
}

/** Whoever may speak of `team:` may speak of `team:a:`, too. */
function* checkPrefixes({ authentication: { oidc } }: AccessSpec): Iterable<Finding> {
  for (const kind of ["username", "groups"] as const) {
    const prefixes = Object.entries(oidc).flatMap(([name, issuer]) => {
      const prefix = issuer[kind]?.prefix;
      return prefix === undefined ? [] : [{ name, prefix, path: [...oidcPath, name, kind, "prefix"] }];
    });
    for (const [index, own] of prefixes.entries()) {
      const other = prefixes
        .slice(0, index)
        .find(({ prefix }) => prefix.startsWith(own.prefix) || own.prefix.startsWith(prefix));
      if (other === undefined) continue;
      const message =
        other.prefix === own.prefix
          ? `is that of ${other.name}, too, so that each could speak of the other's; write another`
          : `overlaps with that of ${other.name} (${other.prefix}), so that one could speak of the other's; write one that does not begin like it`;
      yield { path: own.path, found: own.prefix, message, involves: [other.path] };
    }
  }
}

function* checkProxy({ authentication: { proxy } }: AccessSpec): Iterable<Finding> {
  for (const [index, name] of (proxy?.allowedNames ?? []).entries()) {
    const path = [...accessPath, "authentication", "proxy", "allowedNames", index];
    if (name === "front-proxy-client") {
      const message =
        "is the name of Kubernetes' own aggregation layer; write another, and give the proxy such a certificate";
      yield { path, found: name, message };
    } else if (name.includes(",")) {
      yield { path, found: name, message: "has a comma in it; write one name an entry" };
    }
  }
}

function* checkAuthorizers({ authorization: { webhooks } }: AccessSpec): Iterable<Finding> {
  const seen = new Set<string>(authorizerNames);
  for (const [index, { name, matchConditions }] of webhooks.entries()) {
    const path = [...accessPath, "authorization", "webhooks", index];
    if (seen.has(name)) {
      yield {
        path: [...path, "name"],
        found: name,
        message: "is the name of another authorizer; write one of its own",
      };
    }
    seen.add(name);
    for (const [place, expression] of matchConditions.entries()) {
      yield* checkVariables([...path, "matchConditions", place], expression, ["request"]);
    }
  }
}

function* checkAbac({ authorization: { abac } }: AccessSpec): Iterable<Finding> {
  for (const [index, rule] of abac.entries()) {
    const path = [...accessPath, "authorization", "abac", index];
    if ((rule.user === undefined) === (rule.group === undefined)) {
      yield { path, found: rule, message: "has to say user or group, and not both; write one" };
    }
    const ofResource = rule.resource !== undefined || rule.namespace !== undefined || rule.apiGroup !== undefined;
    if (ofResource === (rule.nonResourcePath !== undefined)) {
      const message = "has to be about a resource or about a nonResourcePath, and not both; write one";
      yield { path, found: rule, message };
    } else if (ofResource && rule.resource === undefined) {
      yield { path, found: rule, message: "names no resource and so allows nothing; write one, or *" };
    }
    const all = [rule.resource, rule.namespace, rule.apiGroup].every((part) => part === "*");
    if (!rule.readonly && all && (rule.user === "*" || /^system:(un)?authenticated$/.test(rule.group ?? ""))) {
      yield { path, found: rule, message: "makes everybody an administrator; write whom, or readonly: true" };
    }
  }
}

function* checkAdmission({ admission: { policies, webhooks } }: AccessSpec): Iterable<Finding> {
  for (const [name, policy] of Object.entries(policies)) {
    const path = [...accessPath, "admission", "policies", name];
    if (policy.validations.length === 0) {
      yield { path, found: policy.validations, message: "has no validations and so says nothing; write at least one" };
    }
    for (const { path: place, expression, variables } of policyExpressions(policy)) {
      yield* checkVariables([...path, ...place], expression, variables);
    }
    if (policy.actions.includes("Deny") && policy.actions.includes("Warn")) {
      const message = "has both Deny and Warn, which the API server refuses; write one of them";
      yield { path: [...path, "actions"], found: policy.actions, message };
    }
  }
  for (const [name, { url, service }] of Object.entries(webhooks)) {
    if ((url === undefined) !== (service === undefined)) continue;
    const path = [...accessPath, "admission", "webhooks", name];
    yield { path, found: { url, service }, message: "has to say url or service, and not both; write one" };
  }
}

function* checkAudit({ audit: { rules } }: AccessSpec): Iterable<Finding> {
  for (const [index, rule] of rules.entries()) {
    const path = [...accessPath, "audit", "rules", index];
    if (rule.resources.length > 0 && rule.nonResourceUrls.length > 0) {
      yield { path, found: rule, message: "is about resources and about paths, which no request is; write two rules" };
    }
    const everything = Object.entries(rule).every(
      ([key, value]) => key === "level" || (value as unknown[]).length === 0,
    );
    if (everything && rule.level === "None") {
      yield { path, found: rule, message: "records nothing of anything; say of which requests" };
    }
  }
}

function* checkEncryption({ encryption }: AccessSpec): Iterable<Finding> {
  const { provider, keys } = encryption;
  const path = [...accessPath, "encryption"];
  if (provider === "secretbox" && keys.length === 0) {
    yield { path: [...path, "keys"], found: keys, message: "names no key; write at least one, such as 1" };
  }
  for (const [index, name] of keys.entries()) {
    if (keys.indexOf(name) !== index) {
      yield { path: [...path, "keys", index], found: name, message: "is there twice; leave one out" };
    }
  }
  if (keys.length > 4) {
    yield { path: [...path, "keys"], found: keys, message: "has more keys than a rotation needs; write two at most" };
  }
}
