import { authority, leaf } from "../components/access/certificate";
import { type BadInput, cluster, expectProblems, problemsOf } from "./settingsSupport";

const issuer = (more: object = {}) => ({
  url: "https://login.example.com",
  audiences: ["kubernetes"],
  username: { claim: "sub" },
  ...more,
});
const oidc = (issuers: object) => cluster({ "access.authentication.oidc": issuers });
const one = (more: object) => oidc({ corp: issuer(more) });
const corp = "cluster.access.authentication.oidc.corp";
const authorization = (settings: object) => cluster({ "access.authorization": settings });
const webhook = (more: object = {}) => ({ name: "ledger", url: "https://decide.example.com", ...more });
const policy = (more: object = {}) => ({
  match: [{ resources: ["pods"] }],
  validations: [{ expression: "object.spec.hostNetwork != true", message: "no host network" }],
  ...more,
});
const policies = (more: object) => cluster({ "access.admission.policies": { mine: policy(more) } });
const mine = "cluster.access.admission.policies.mine";

const bad: readonly BadInput[] = [
  ["an issuer URL without TLS", one({ url: "http://login.example.com" }), [`${corp}.url`, /without TLS; write https:/]],
  ["a discovery URL without TLS", one({ discoveryUrl: "http://a.example" }), [`${corp}.discoveryUrl`, /TLS/]],
  ["an issuer without audiences", one({ audiences: [] }), [`${corp}.audiences`, /must not be empty/]],
  ["a username without a source", one({ username: {} }), [`${corp}.username`, /exactly one of claim and expression/]],
  [
    "a username with two sources",
    one({ username: { claim: "sub", expression: "claims.sub" } }),
    [`${corp}.username`, /exactly one of claim and expression/],
  ],
  [
    "an empty prefix",
    one({ username: { claim: "sub", prefix: "" } }),
    [`${corp}.username.prefix`, /impersonate any user/],
  ],
  [
    "a reserved prefix",
    one({ groups: { claim: "groups", prefix: "system:" } }),
    [`${corp}.groups.prefix`, /reserved for Kubernetes/],
  ],
  [
    "a duplicate prefix",
    oidc({
      a: issuer({ username: { claim: "sub", prefix: "x:" } }),
      b: issuer({ url: "https://b.example.com", username: { claim: "sub", prefix: "x:" } }),
    }),
    ["cluster.access.authentication.oidc.b.username.prefix", /duplicate of the prefix of issuer a/],
  ],
  [
    "overlapping prefixes",
    oidc({
      a: issuer({ username: { claim: "sub", prefix: "team:a:" } }),
      b: issuer({ url: "https://b.example.com", username: { claim: "sub", prefix: "team:" } }),
    }),
    ["cluster.access.authentication.oidc.b.username.prefix", /overlaps with team:a:, the prefix of issuer a/],
  ],
  [
    "a duplicate issuer URL",
    oidc({ a: issuer(), b: issuer() }),
    ["cluster.access.authentication.oidc.b.url", /duplicate of the URL of issuer a/],
  ],
  [
    "an expression that is not CEL",
    one({ username: { expression: "claims.sub +" } }),
    [`${corp}.username.expression`, /not valid CEL: unexpected end of the expression at character 13/],
  ],
  [
    "a validation rule that is not CEL",
    one({ claimRules: [{ expression: "claims.hd = 'x'", message: "no" }] }),
    [`${corp}.claimRules[0].expression`, /unexpected =/],
  ],
  [
    "a rule with an unknown variable",
    one({ userRules: [{ expression: "claims.hd == 'x'", message: "no" }] }),
    [`${corp}.userRules[0].expression`, /unknown variable claims; available here: user/],
  ],
  [
    "an e-mail address that may not be verified",
    one({ username: { expression: "claims.email" } }),
    [`${corp}.username.expression`, /may not be verified/],
  ],
  ["an extra key without a domain", one({ extra: { team: "claims.team" } }), [`${corp}.extra.team`, /domain/]],
  [
    "a leaf certificate as CA",
    one({ certificateAuthority: leaf }),
    [`${corp}.certificateAuthority`, /not a CA certificate/],
  ],
  ["a CA that is not PEM", one({ certificateAuthority: "x" }), [`${corp}.certificateAuthority`, /PEM/]],
  [
    "a private key as CA",
    one({ certificateAuthority: "-----BEGIN PRIVATE KEY-----" }),
    [`${corp}.certificateAuthority`, /must not be in the settings/],
  ],
  [
    "a token webhook without TLS",
    cluster({ "access.authentication.webhook": { url: "http://ldap.example.com" } }),
    ["cluster.access.authentication.webhook.url", /TLS/],
  ],
  [
    "a proxy with the name of the aggregation layer",
    cluster({
      "access.authentication.proxy": { certificateAuthority: authority, allowedNames: ["front-proxy-client"] },
    }),
    ["cluster.access.authentication.proxy.allowedNames[0]", /aggregation layer/],
  ],
  [
    "a proxy without names",
    cluster({ "access.authentication.proxy": { certificateAuthority: authority, allowedNames: [] } }),
    ["cluster.access.authentication.proxy.allowedNames", /must not be empty/],
  ],
  [
    "basic authentication",
    cluster({ "access.authentication.basic": { file: "users.csv" } }),
    ["cluster.access.authentication.basic", /unknown|is no setting|did you mean/],
  ],
  [
    "two authorizers of one name",
    authorization({ webhooks: [webhook(), webhook()] }),
    ["cluster.access.authorization.webhooks[1].name", /another authorizer/],
  ],
  [
    "a webhook with the name of a built-in authorizer",
    authorization({ webhooks: [webhook({ name: "rbac" })] }),
    ["cluster.access.authorization.webhooks[0].name", /another authorizer/],
  ],
  [
    "a match condition with an unknown variable",
    authorization({ webhooks: [webhook({ matchConditions: ["object.metadata.name == 'x'"] })] }),
    ["cluster.access.authorization.webhooks[0].matchConditions[0]", /unknown variable object/],
  ],
  [
    "an ABAC rule without a subject",
    authorization({ abac: [{ resource: "pods" }] }),
    ["cluster.access.authorization.abac[0]", /exactly one of user and group/],
  ],
  [
    "an ABAC rule for a resource and a path",
    authorization({ abac: [{ user: "a", resource: "pods", nonResourcePath: "/x" }] }),
    ["cluster.access.authorization.abac[0]", /exactly one of resource and nonResourcePath/],
  ],
  [
    "an ABAC rule that allows nothing",
    authorization({ abac: [{ user: "a", namespace: "b" }] }),
    ["cluster.access.authorization.abac[0]", /allows nothing/],
  ],
  [
    "an ABAC rule that makes every user an administrator",
    authorization({ abac: [{ user: "*", resource: "*", namespace: "*", apiGroup: "*" }] }),
    ["cluster.access.authorization.abac[0]", /administrator/],
  ],
  [
    "a disabled security plugin",
    cluster({ "access.admission.disabledPlugins": ["NodeRestriction"] }),
    ["cluster.access.admission.disabledPlugins[0]", /LimitRanger/],
  ],
  ["a policy without validations", policies({ validations: [] }), [`${mine}.validations`, /is empty/]],
  [
    "a policy with an unknown variable",
    policies({ validations: [{ expression: "claims.x == 1", message: "no" }] }),
    [`${mine}.validations[0].expression`, /unknown variable claims/],
  ],
  [
    "a policy that denies and warns",
    policies({ actions: ["Deny", "Warn"] }),
    [`${mine}.actions`, /both Deny and Warn/],
  ],
  [
    "policies without add-ons",
    cluster({ "access.admission.policies": { mine: policy() }, "addons.enabled": false }),
    ["cluster.access.admission.policies", /addons.enabled: false/],
  ],
  [
    "a webhook without an address",
    cluster({ "access.admission.webhooks": { sign: { kind: "validating", match: [{ resources: ["pods"] }] } } }),
    ["cluster.access.admission.webhooks.sign", /exactly one of url and service/],
  ],
  [
    "an audit rule for resources and paths",
    cluster({ "access.audit.rules": [{ level: "None", resources: [{ group: "" }], nonResourceUrls: ["/x"] }] }),
    ["cluster.access.audit.rules[0]", /two rules/],
  ],
  [
    "an audit rule that turns audit logging off",
    cluster({ "access.audit.rules": [{ level: "None" }] }),
    ["cluster.access.audit.rules[0]", /turns audit logging off/],
  ],
  [
    "encryption without keys",
    cluster({ "access.encryption.keys": [] }),
    ["cluster.access.encryption.keys", /at least one/],
  ],
  [
    "a duplicate encryption key",
    cluster({ "access.encryption.keys": ["1", "1"] }),
    ["cluster.access.encryption.keys[1]", /duplicate/],
  ],
  [
    "encryption of all resources",
    cluster({ "access.encryption.resources": ["*.*"] }),
    ["cluster.access.encryption.resources[0]", /pattern/],
  ],
];

test.each(bad.map((input) => [input[0], input] as const))("refused: %s", (_title, input) => {
  expectProblems(input);
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
