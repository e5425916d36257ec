import { exemptions } from "../../components/access/authorization/authorization.plan";
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
    [
      "misspelled field of the user",
      { userRules: [{ expression: "user.name != 'a'", message: "no" }] },
      ["userRules[0].expression", /unknown field name; write one of username/],
    ],
    [
      "unknown method of a claim",
      { claimRules: [{ expression: "claims.sub.nosuch()", message: "no" }] },
      ["claimRules[0].expression", /unknown method nosuch/],
    ],
    [
      "rule that is no boolean",
      { claimRules: [{ expression: "claims.email_verified", message: "no" }] },
      ["claimRules[0].expression", /must be bool, but is dyn; compare the value/],
    ],
    ["username that is no text", { username: { expression: "1" } }, ["username.expression", /must be string/]],
    ["groups that are no list", { groups: { expression: "'a'" } }, ["groups.expression", /must be list/]],
    ["uid that is no text", { uid: { expression: "1 == 1" } }, ["uid.expression", /must be string, but is bool/]],
    ["duplicate audience", { audiences: ["a", "b", "a"] }, ["audiences[2]", /duplicate; remove one/]],
    [
      "duplicate rules",
      {
        claimRules: ["one", "two"].map((message) => ({ expression: "claims.a == 1", message })),
        userRules: ["one", "two"].map((message) => ({ expression: "user.uid != ''", message })),
      },
      ["claimRules[1].expression", /duplicate/],
      ["userRules[1].expression", /duplicate/],
    ],
    [
      "the issuer of the cluster",
      { url: "https://kubernetes.default.svc.cluster.local" },
      ["url", /name of a Service/],
      ["url", /ServiceAccount tokens/],
    ],
    ["its own discovery URL", { discoveryUrl: "https://login.example.com/" }, ["discoveryUrl", /own URL/]],
    ["a user name in the URL", { url: "https://@login.example.com" }, /without them/],
    ["a wrong escape sequence in the URL", { url: "https://login.example.com/%zz" }, /% is not allowed/],
    ["a quotation mark in the URL", { url: 'https://login.example.com/"' }, /" is not allowed/],
    ["extra key with a space", { extra: { "example.com/a b": "claims.team" } }, ['extra["example.com/a b"]', /domain/]],
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

const issuers = (count: number, more: (index: number) => object = () => ({})) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `i${index}x`,
      issuer({ url: `https://${index}.example`, ...more(index) }),
    ]),
  );

rejects([
  [
    "issuers: duplicate discovery URL",
    { "access.authentication.oidc": issuers(2, () => ({ discoveryUrl: "https://a.example/d" })) },
    ["access.authentication.oidc.i1x.discoveryUrl", /duplicate of the discovery URL of issuer i0x/],
  ],
  [
    "issuers: more than the API server accepts",
    { "access.authentication.oidc": issuers(65) },
    ["access.authentication.oidc", /65 issuers, but the API server accepts 64/],
  ],
]);

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
    [
      "proxy with a name that no flag can contain",
      proxy(['a"b']),
      ["authentication.proxy.allowedNames[0]", /quotation mark/],
    ],
    [
      "match condition with a field of another type",
      webhooks(webhook({ matchConditions: ["request.namespace != 'x'"] })),
      ["authorization.webhooks[0].matchConditions[0]", /unknown field namespace/],
    ],
    [
      "duplicate match condition",
      webhooks(webhook({ matchConditions: ["request.user != 'x'", "request.user != 'x'"] })),
      ["authorization.webhooks[0].matchConditions[1]", /duplicate/],
    ],
    [
      "match condition of Holdfast",
      webhooks(webhook({ position: "first", matchConditions: [exemptions[0]] })),
      ["authorization.webhooks[0].matchConditions[0]", /Holdfast adds itself/],
    ],
    ["duplicate encrypted resource", { "encryption.resources": ["a", "a"] }, ["encryption.resources[1]", /duplicate/]],
    [
      "resources that cannot be encrypted",
      { "encryption.resources": ["events.events.k8s.io", "ingresses.extensions", "apiserveripinfo"] },
      ["encryption.resources[0]", /write events/],
      ["encryption.resources[1]", /cannot be encrypted/],
      ["encryption.resources[2]", /cannot be encrypted/],
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
            claimRules: [{ expression: "claims.email_verified == true", message: "not verified" }],
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
    "issuer URLs of common providers, exactly as they are",
    oidc(
      Object.fromEntries(
        [
          "https://tenant.eu.auth0.com/",
          "https://authentik.example.com/application/o/kubernetes/",
          "https://sts.windows.net/0b9a1f3e-1111-4222-8333-444455556666/",
          "https://login.microsoftonline.com/0b9a1f3e-1111-4222-8333-444455556666/v2.0",
          "https://Login.Example.com:8443/realms/Main",
          "https://192.0.2.1:8443/a%20b/~x;y=1,2",
          "https://accounts.google.com",
          "https://my_host.example/.well-known/..",
        ].map((url, index) => [`i${index}x`, issuer({ url })]),
      ),
    ),
  ],
  [
    "webhooks with a trailing slash",
    cluster({
      "access.authentication.webhook": { url: "https://ldap.example.com/" },
      "access.admission.webhooks": {
        sign: {
          kind: "validating",
          url: "https://sign.example.com/v1/",
          match: [{ resources: ["pods", "pods/exec"] }],
        },
      },
    }),
  ],
  ["second encryption key", cluster({ "access.encryption.keys": ["1", "2"] })],
]);
