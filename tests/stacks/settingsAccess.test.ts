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
  ["an issuer without TLS", one({ url: "http://login.example.com" }), [`${corp}.url`, /without TLS; write https:/]],
  ["an issuer's discovery without TLS", one({ discoveryUrl: "http://a.example" }), [`${corp}.discoveryUrl`, /TLS/]],
  ["no audience", one({ audiences: [] }), [`${corp}.audiences`, /./]],
  ["no name for users", one({ username: {} }), [`${corp}.username`, /claim or expression/]],
  [
    "two sources for a name",
    one({ username: { claim: "sub", expression: "claims.sub" } }),
    [`${corp}.username`, /claim or expression/],
  ],
  ["an empty prefix", one({ username: { claim: "sub", prefix: "" } }), [`${corp}.username.prefix`, /speak of anybody/]],
  [
    "Kubernetes' own prefix",
    one({ groups: { claim: "groups", prefix: "system:" } }),
    [`${corp}.groups.prefix`, /Kubernetes' own/],
  ],
  [
    "the same prefix twice",
    oidc({
      a: issuer({ username: { claim: "sub", prefix: "x:" } }),
      b: issuer({ url: "https://b.example.com", username: { claim: "sub", prefix: "x:" } }),
    }),
    ["cluster.access.authentication.oidc.b.username.prefix", /that of a, too/],
  ],
  [
    "a prefix that begins like another",
    oidc({
      a: issuer({ username: { claim: "sub", prefix: "team:a:" } }),
      b: issuer({ url: "https://b.example.com", username: { claim: "sub", prefix: "team:" } }),
    }),
    ["cluster.access.authentication.oidc.b.username.prefix", /overlaps with that of a \(team:a:\)/],
  ],
  [
    "an issuer twice",
    oidc({ a: issuer(), b: issuer() }),
    ["cluster.access.authentication.oidc.b.url", /issuer of a, too/],
  ],
  [
    "an expression that is no CEL",
    one({ username: { expression: "claims.sub +" } }),
    [`${corp}.username.expression`, /no CEL expression: the expression ends too early at character 13/],
  ],
  [
    "a rule that is no CEL",
    one({ claimRules: [{ expression: "claims.hd = 'x'", message: "no" }] }),
    [`${corp}.claimRules[0].expression`, /unexpected =/],
  ],
  [
    "a rule about what it cannot see",
    one({ userRules: [{ expression: "claims.hd == 'x'", message: "no" }] }),
    [`${corp}.userRules[0].expression`, /speaks of claims.*write user/],
  ],
  [
    "an address that nobody verified",
    one({ username: { expression: "claims.email" } }),
    [`${corp}.username.expression`, /verified/],
  ],
  ["a key beside the name without a domain", one({ extra: { team: "claims.team" } }), [`${corp}.extra.team`, /domain/]],
  ["an authority that is none", one({ certificateAuthority: leaf }), [`${corp}.certificateAuthority`, /no authority/]],
  ["an authority that is no certificate", one({ certificateAuthority: "x" }), [`${corp}.certificateAuthority`, /PEM/]],
  [
    "a private key for an authority",
    one({ certificateAuthority: "-----BEGIN PRIVATE KEY-----" }),
    [`${corp}.certificateAuthority`, /must not hold/],
  ],
  [
    "a token service without TLS",
    cluster({ "access.authentication.webhook": { url: "http://ldap.example.com" } }),
    ["cluster.access.authentication.webhook.url", /TLS/],
  ],
  [
    "the aggregation layer's name for a proxy",
    cluster({
      "access.authentication.proxy": { certificateAuthority: authority, allowedNames: ["front-proxy-client"] },
    }),
    ["cluster.access.authentication.proxy.allowedNames[0]", /aggregation layer/],
  ],
  [
    "a proxy that anybody could be",
    cluster({ "access.authentication.proxy": { certificateAuthority: authority, allowedNames: [] } }),
    ["cluster.access.authentication.proxy.allowedNames", /./],
  ],
  [
    "basic authentication",
    cluster({ "access.authentication.basic": { file: "users.csv" } }),
    ["cluster.access.authentication.basic", /unknown|is no setting|did you mean/],
  ],
  [
    "two services of one name",
    authorization({ webhooks: [webhook(), webhook()] }),
    ["cluster.access.authorization.webhooks[1].name", /another authorizer/],
  ],
  [
    "a service that calls itself RBAC",
    authorization({ webhooks: [webhook({ name: "rbac" })] }),
    ["cluster.access.authorization.webhooks[0].name", /another authorizer/],
  ],
  [
    "a match condition about an object",
    authorization({ webhooks: [webhook({ matchConditions: ["object.metadata.name == 'x'"] })] }),
    ["cluster.access.authorization.webhooks[0].matchConditions[0]", /speaks of object/],
  ],
  [
    "an ABAC policy for nobody",
    authorization({ abac: [{ resource: "pods" }] }),
    ["cluster.access.authorization.abac[0]", /user or group/],
  ],
  [
    "an ABAC policy about a resource and a path",
    authorization({ abac: [{ user: "a", resource: "pods", nonResourcePath: "/x" }] }),
    ["cluster.access.authorization.abac[0]", /resource or about a nonResourcePath/],
  ],
  [
    "an ABAC policy that allows nothing",
    authorization({ abac: [{ user: "a", namespace: "b" }] }),
    ["cluster.access.authorization.abac[0]", /allows nothing/],
  ],
  [
    "an ABAC policy that makes everybody administrator",
    authorization({ abac: [{ user: "*", resource: "*", namespace: "*", apiGroup: "*" }] }),
    ["cluster.access.authorization.abac[0]", /administrator/],
  ],
  [
    "a plugin that keeps the cluster safe, off",
    cluster({ "access.admission.disabledPlugins": ["NodeRestriction"] }),
    ["cluster.access.admission.disabledPlugins[0]", /./],
  ],
  ["a policy that says nothing", policies({ validations: [] }), [mine, /says nothing/]],
  [
    "a policy about claims",
    policies({ validations: [{ expression: "claims.x == 1", message: "no" }] }),
    [`${mine}.validations[0].expression`, /speaks of claims/],
  ],
  [
    "a policy that denies and warns",
    policies({ actions: ["Deny", "Warn"] }),
    [`${mine}.actions`, /both Deny and Warn/],
  ],
  [
    "policies in a cluster that the stack puts nothing into",
    cluster({ "access.admission.policies": { mine: policy() }, "platform.enabled": false }),
    ["cluster.access.admission.policies", /platform.enabled: false/],
  ],
  [
    "a webhook that is nowhere",
    cluster({ "access.admission.webhooks": { sign: { kind: "validating", match: [{ resources: ["pods"] }] } } }),
    ["cluster.access.admission.webhooks.sign", /url or service/],
  ],
  [
    "an audit rule about nothing that exists",
    cluster({ "access.audit.rules": [{ level: "None", resources: [{ group: "" }], nonResourceUrls: ["/x"] }] }),
    ["cluster.access.audit.rules[0]", /two rules/],
  ],
  [
    "an audit rule that switches all off",
    cluster({ "access.audit.rules": [{ level: "None" }] }),
    ["cluster.access.audit.rules[0]", /records nothing/],
  ],
  [
    "encryption without a key",
    cluster({ "access.encryption.keys": [] }),
    ["cluster.access.encryption.keys", /at least one/],
  ],
  [
    "an encryption key twice",
    cluster({ "access.encryption.keys": ["1", "1"] }),
    ["cluster.access.encryption.keys[1]", /twice/],
  ],
  [
    "encryption of everything",
    cluster({ "access.encryption.resources": ["*.*"] }),
    ["cluster.access.encryption.resources[0]", /pattern/],
  ],
];

test.each(bad.map((input) => [input[0], input] as const))("refuses %s", (_what, input) => {
  expectProblems(input);
});

test.each([
  [
    "all ways at once",
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
  ["a second key", cluster({ "access.encryption.keys": ["1", "2"] })],
])("takes %s", (_what, config) => {
  expect(problemsOf(config)).toEqual([]);
});
