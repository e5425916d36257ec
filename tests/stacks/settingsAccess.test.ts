import { authority, leaf } from "../components/access/certificate";
import { cluster, expectProblems, problemsOf } from "./settingsSupport";

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

type Row = readonly [title: string, settings: object, path: string, message: RegExp];

test.each<Row>([
  ["a URL without TLS", { url: "http://login.example.com" }, "url", /without TLS; write https:/],
  ["a discovery URL without TLS", { discoveryUrl: "http://a.example" }, "discoveryUrl", /TLS/],
  ["no audiences", { audiences: [] }, "audiences", /must not be empty/],
  ["a username without a source", { username: {} }, "username", /exactly one of claim and expression/],
  ["two sources", { username: { claim: "sub", expression: "claims.sub" } }, "username", /exactly one of claim/],
  ["an empty prefix", { username: { claim: "sub", prefix: "" } }, "username.prefix", /impersonate any user/],
  ["a reserved prefix", { groups: { claim: "x", prefix: "system:" } }, "groups.prefix", /reserved for Kubernetes/],
  [
    "a username that is not CEL",
    { username: { expression: "claims.sub +" } },
    "username.expression",
    /not valid CEL: unexpected end of the expression at character 13/,
  ],
  [
    "a validation rule that is not CEL",
    { claimRules: [{ expression: "claims.hd = 'x'", message: "no" }] },
    "claimRules[0].expression",
    /unexpected =/,
  ],
  [
    "a rule with an unknown variable",
    { userRules: [{ expression: "claims.hd == 'x'", message: "no" }] },
    "userRules[0].expression",
    /unknown variable claims; available here: user/,
  ],
  ["an unverified address", { username: { expression: "claims.email" } }, "username.expression", /not be verified/],
  ["an extra key without a domain", { extra: { team: "claims.team" } }, "extra.team", /domain/],
  ["a leaf certificate as CA", { certificateAuthority: leaf }, "certificateAuthority", /not a CA certificate/],
  ["a CA that is not PEM", { certificateAuthority: "x" }, "certificateAuthority", /PEM/],
  [
    "a private key as CA",
    { certificateAuthority: "-----BEGIN PRIVATE KEY-----" },
    "certificateAuthority",
    /must not be in the settings/,
  ],
])("refused issuer: %s", (title, settings, path, message) => {
  const config = oidc({ corp: issuer(settings) });
  expectProblems([title, config, [`cluster.access.authentication.oidc.corp.${path}`, message]]);
});

test.each<Row>([
  ["duplicate prefixes", ["x:", "x:"], "username.prefix", /duplicate of the prefix of issuer a/],
  ["overlapping prefixes", ["team:a:", "team:"], "username.prefix", /overlaps with team:a:, the prefix of issuer a/],
])("refused issuers: %s", (title, prefixes, path, message) => {
  const [a, b] = Object.values(prefixes).map((prefix: unknown) => ({ username: { claim: "sub", prefix } }));
  const config = oidc({ a: issuer(a), b: issuer({ url: "https://b.example.com", ...b }) });
  expectProblems([title, config, [`cluster.access.authentication.oidc.b.${path}`, message]]);
});

test("refused issuers: a duplicate URL", () => {
  const expected = ["cluster.access.authentication.oidc.b.url", /duplicate of the URL of issuer a/] as const;
  expectProblems(["", oidc({ a: issuer(), b: issuer() }), expected]);
});

const proxy = (allowedNames: readonly string[]) => ({
  "authentication.proxy": { certificateAuthority: authority, allowedNames },
});
const webhooks = (...all: object[]) => ({ "authorization.webhooks": all });
const abac = (rule: object) => ({ "authorization.abac": [rule] });
const abacRule = "authorization.abac[0]";
const audit = (rule: object) => ({ "audit.rules": [{ level: "None", ...rule }] });

test.each<Row>([
  [
    "a token webhook without TLS",
    { "authentication.webhook": { url: "http://ldap.example.com" } },
    "authentication.webhook.url",
    /TLS/,
  ],
  [
    "a proxy with the name of the aggregation layer",
    proxy(["front-proxy-client"]),
    "authentication.proxy.allowedNames[0]",
    /aggregation layer/,
  ],
  ["a proxy without names", proxy([]), "authentication.proxy.allowedNames", /must not be empty/],
  ["basic authentication", { "authentication.basic": { file: "a" } }, "authentication.basic", /unknown setting/],
  [
    "two authorizers of one name",
    webhooks(webhook(), webhook()),
    "authorization.webhooks[1].name",
    /another authorizer/,
  ],
  [
    "a webhook with the name of a built-in authorizer",
    webhooks(webhook({ name: "rbac" })),
    "authorization.webhooks[0].name",
    /another authorizer/,
  ],
  [
    "a match condition with an unknown variable",
    webhooks(webhook({ matchConditions: ["object.metadata.name == 'x'"] })),
    "authorization.webhooks[0].matchConditions[0]",
    /unknown variable object/,
  ],
  ["an ABAC rule without a subject", abac({ resource: "pods" }), abacRule, /exactly one of user and group/],
  [
    "an ABAC rule for a resource and a path",
    abac({ user: "a", resource: "pods", nonResourcePath: "/x" }),
    abacRule,
    /exactly one of resource and nonResourcePath/,
  ],
  ["an ABAC rule that allows nothing", abac({ user: "a", namespace: "b" }), abacRule, /allows nothing/],
  [
    "an ABAC rule that makes every user an administrator",
    abac({ user: "*", resource: "*", namespace: "*", apiGroup: "*" }),
    abacRule,
    /administrator/,
  ],
  [
    "a disabled security plugin",
    { "admission.disabledPlugins": ["NodeRestriction"] },
    "admission.disabledPlugins[0]",
    /LimitRanger/,
  ],
  [
    "a webhook without an address",
    { "admission.webhooks": { sign: { kind: "validating", match: [{ resources: ["pods"] }] } } },
    "admission.webhooks.sign",
    /exactly one of url and service/,
  ],
  [
    "an audit rule for resources and paths",
    audit({ resources: [{ group: "" }], nonResourceUrls: ["/x"] }),
    "audit.rules[0]",
    /two rules/,
  ],
  ["an audit rule that turns audit logging off", audit({}), "audit.rules[0]", /turns audit logging off/],
  ["encryption without keys", { "encryption.keys": [] }, "encryption.keys", /at least one/],
  ["a duplicate encryption key", { "encryption.keys": ["1", "1"] }, "encryption.keys[1]", /duplicate/],
  ["encryption of all resources", { "encryption.resources": ["*.*"] }, "encryption.resources[0]", /pattern/],
])("refused: %s", (title, settings, path, message) => {
  const config = cluster(Object.fromEntries(Object.entries(settings).map(([key, value]) => [`access.${key}`, value])));
  expectProblems([title, config, [`cluster.access.${path}`, message]]);
});

test.each<Row>([
  ["no validations", { validations: [] }, ".validations", /is empty/],
  [
    "an unknown variable",
    { validations: [{ expression: "claims.x == 1", message: "no" }] },
    ".validations[0].expression",
    /unknown variable claims/,
  ],
  ["Deny and Warn", { actions: ["Deny", "Warn"] }, ".actions", /both Deny and Warn/],
])("refused admission policy: %s", (title, settings, path, message) => {
  expectProblems([title, policies(settings), [`cluster.access.admission.policies.mine${path}`, message]]);
});

test("refused: admission policies without add-ons", () => {
  const config = cluster({ "access.admission.policies": { mine: policy() }, "addons.enabled": false });
  expectProblems(["", config, ["cluster.access.admission.policies", /addons.enabled: false/]]);
});

test.each([
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
    "a policy with variables",
    policies({
      variables: { n: "object.spec.containers.size()" },
      matchConditions: { big: "request.operation == 'CREATE'" },
    }),
  ],
  ["a second encryption key", cluster({ "access.encryption.keys": ["1", "2"] })],
])("accepted: %s", (_title, config) => {
  expect(problemsOf(config)).toEqual([]);
});
