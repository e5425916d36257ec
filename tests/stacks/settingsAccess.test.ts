import { authority, leaf } from "../components/access/certificate";
import { accepts, cluster, rejects } from "./settingsSupport";

const issuer = (more: object = {}) => ({
  url: "https://login.example.com",
  audiences: ["kubernetes"],
  username: { claim: "sub" },
  ...more,
});
const oidc = (issuers: object) => cluster({ "access.authentication.oidc": issuers });
const webhook = (more: object = {}) => ({ name: "ledger", url: "https://decide.example.com", ...more });
const policy = (more: object = {}) => ({
  match: [{ resources: ["pods"] }],
  validations: [{ expression: "object.spec.hostNetwork != true", message: "no host network" }],
  ...more,
});
const policies = (more: object) => cluster({ "access.admission.policies": { mine: policy(more) } });

rejects(
  [
    ["URL without TLS", { url: "http://login.example.com" }, /without TLS; write https:/],
    ["discovery URL without TLS", { discoveryUrl: "http://a.example" }, /TLS/],
    ["no audiences", { audiences: [] }, /must not be empty/],
    ["username without a source", { username: {} }, /exactly one of claim and expression/],
    ["two sources", { username: { claim: "sub", expression: "claims.sub" } }, /exactly one of claim/],
    ["empty prefix", { username: { claim: "sub", prefix: "" } }, ["username.prefix", /impersonate any user/]],
    ["reserved prefix", { groups: { claim: "x", prefix: "system:" } }, ["groups.prefix", /reserved for Kubernetes/]],
    [
      "username that is not CEL",
      { username: { expression: "claims.sub +" } },
      ["username.expression", /not valid CEL: unexpected end of the expression at character 13/],
    ],
    [
      "validation rule that is not CEL",
      { claimRules: [{ expression: "claims.hd = 'x'", message: "no" }] },
      ["claimRules[0].expression", /unexpected =/],
    ],
    [
      "rule with an unknown variable",
      { userRules: [{ expression: "claims.hd == 'x'", message: "no" }] },
      ["userRules[0].expression", /unknown variable claims; available here: user/],
    ],
    ["unverified address", { username: { expression: "claims.email" } }, ["username.expression", /not be verified/]],
    ["extra key without a domain", { extra: { team: "claims.team" } }, ["extra.team", /domain/]],
    ["leaf certificate as CA", { certificateAuthority: leaf }, /not a CA certificate/],
    ["CA that is not PEM", { certificateAuthority: "x" }, /PEM/],
    ["private key as CA", { certificateAuthority: "-----BEGIN PRIVATE KEY-----" }, /must not be in the settings/],
  ],
  {
    kind: "issuer: ",
    prefix: "cluster.access.authentication.oidc.corp.",
    toConfig: (settings) => oidc({ corp: issuer(settings) }),
  },
);

rejects(
  [
    ["duplicate prefixes", ["x:", "x:"], ["username.prefix", /duplicate of the prefix of issuer a/]],
    [
      "overlapping prefixes",
      ["team:a:", "team:"],
      ["username.prefix", /overlaps with team:a:, the prefix of issuer a/],
    ],
  ],
  {
    kind: "issuers: ",
    prefix: "cluster.access.authentication.oidc.b.",
    toConfig: (prefixes) => {
      const [a, b] = Object.values(prefixes).map((prefix: unknown) => ({ username: { claim: "sub", prefix } }));
      return oidc({ a: issuer(a), b: issuer({ url: "https://b.example.com", ...b }) });
    },
  },
);

rejects([["issuers: duplicate URL", { a: issuer(), b: issuer() }, ["b.url", /duplicate of the URL of issuer a/]]], {
  prefix: "cluster.access.authentication.oidc.",
  toConfig: oidc,
});

const proxy = (allowedNames: readonly string[]) => ({
  "authentication.proxy": { certificateAuthority: authority, allowedNames },
});
const webhooks = (...all: object[]) => ({ "authorization.webhooks": all });
const abac = (rule: object) => ({ "authorization.abac": [rule] });
const abacRule = "authorization.abac[0]";
const audit = (rule: object) => ({ "audit.rules": [{ level: "None", ...rule }] });

rejects(
  [
    [
      "token webhook without TLS",
      { "authentication.webhook": { url: "http://ldap.example.com" } },
      ["authentication.webhook.url", /TLS/],
    ],
    [
      "proxy with the name of the aggregation layer",
      proxy(["front-proxy-client"]),
      ["authentication.proxy.allowedNames[0]", /aggregation layer/],
    ],
    ["proxy without names", proxy([]), ["authentication.proxy.allowedNames", /must not be empty/]],
    ["basic authentication", { "authentication.basic": { file: "a" } }, /unknown setting/],
    [
      "two authorizers of one name",
      webhooks(webhook(), webhook()),
      ["authorization.webhooks[1].name", /another authorizer/],
    ],
    [
      "webhook with the name of a built-in authorizer",
      webhooks(webhook({ name: "rbac" })),
      ["authorization.webhooks[0].name", /another authorizer/],
    ],
    [
      "match condition with an unknown variable",
      webhooks(webhook({ matchConditions: ["object.metadata.name == 'x'"] })),
      ["authorization.webhooks[0].matchConditions[0]", /unknown variable object/],
    ],
    ["ABAC rule without a subject", abac({ resource: "pods" }), [abacRule, /exactly one of user and group/]],
    [
      "ABAC rule for a resource and a path",
      abac({ user: "a", resource: "pods", nonResourcePath: "/x" }),
      [abacRule, /exactly one of resource and nonResourcePath/],
    ],
    ["ABAC rule that allows nothing", abac({ user: "a", namespace: "b" }), [abacRule, /allows nothing/]],
    [
      "ABAC rule that makes every user an administrator",
      abac({ user: "*", resource: "*", namespace: "*", apiGroup: "*" }),
      [abacRule, /administrator/],
    ],
    [
      "disabled security plugin",
      { "admission.disabledPlugins": ["NodeRestriction"] },
      ["admission.disabledPlugins[0]", /LimitRanger/],
    ],
    [
      "webhook without an address",
      { "admission.webhooks": { sign: { kind: "validating", match: [{ resources: ["pods"] }] } } },
      ["admission.webhooks.sign", /exactly one of url and service/],
    ],
    [
      "audit rule for resources and paths",
      audit({ resources: [{ group: "" }], nonResourceUrls: ["/x"] }),
      ["audit.rules[0]", /two rules/],
    ],
    ["audit rule that turns audit logging off", audit({}), ["audit.rules[0]", /turns audit logging off/]],
    ["encryption without keys", { "encryption.keys": [] }, /at least one/],
    ["duplicate encryption key", { "encryption.keys": ["1", "1"] }, ["encryption.keys[1]", /duplicate/]],
    ["encryption of all resources", { "encryption.resources": ["*.*"] }, ["encryption.resources[0]", /pattern/]],
  ],
  {
    prefix: "cluster.access.",
    toConfig: (settings) =>
      cluster(Object.fromEntries(Object.entries(settings).map(([key, value]) => [`access.${key}`, value]))),
  },
);

rejects(
  [
    ["no validations", { validations: [] }, /is empty/],
    [
      "unknown variable",
      { validations: [{ expression: "claims.x == 1", message: "no" }] },
      ["validations[0].expression", /unknown variable claims/],
    ],
    ["Deny and Warn", { actions: ["Deny", "Warn"] }, /both Deny and Warn/],
  ],
  { kind: "admission policy: ", prefix: "cluster.access.admission.policies.mine.", toConfig: policies },
);

rejects([
  [
    "admission policies with addons.enabled: false",
    { "access.admission.policies": { mine: policy() }, "addons.enabled": false },
    ["access.admission.policies", /addons.enabled: false/],
  ],
]);

accepts([
  [
    "all kinds of authentication and authorization",
    cluster({
      "access.authentication": {
        oidc: {
          corp: issuer({ certificateAuthority: authority, groups: { expression: "claims.roles" } }),
          partner: issuer({
            url: "https://partner.example.com/realms/x",
            username: { expression: "claims.email" },
            claimRules: [{ expression: "claims.email_verified", message: "not verified" }],
            userRules: [{ expression: "!user.groups.exists(g, g == 'partner:root')", message: "no" }],
          }),
        },
        webhook: { url: "https://ldap.example.com/tokens", cacheSeconds: 10 },
        proxy: { certificateAuthority: authority, allowedNames: ["gateway"] },
      },
      "access.authorization": {
        webhooks: [webhook({ position: "first", matchConditions: ["has(request.resourceAttributes)"] })],
        abac: [{ group: "corp:ops", nonResourcePath: "/logs/*", readonly: true }],
      },
    }),
  ],
  [
    "policy with variables",
    policies({
      variables: { n: "object.spec.containers.size()" },
      matchConditions: { big: "request.operation == 'CREATE'" },
    }),
  ],
  ["second encryption key", cluster({ "access.encryption.keys": ["1", "2"] })],
]);
