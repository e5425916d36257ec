/** Random settings of a cluster, such as people write them: mostly valid, with duplicates and odd texts among them. */
import fc from "fast-check";
import { invalidConditions, validConditions } from "../../components/access/cel/expressions";
import type { EnvironmentName } from "../../components/access/cel/expressions";
import { authority } from "../../components/access/certificate";
import { minorOf, supportedKubernetesVersions } from "../../../components/node/kubernetesVersions.plan";
import { apiServer, controllerManager, kubelet } from "./randomComponents";

/** All supported versions; with another program of the readers (`READERS`), those of its minor version. */
const readVersions = supportedKubernetesVersions.filter(
  (version) => minorOf(version) === (process.env.KUBERNETES_MINOR ?? minorOf(version)),
);

/** Settings by dotted path below `cluster`. */
export type Settings = Readonly<Record<string, unknown>>;

/** Texts that YAML, Go or a program may take for something else. */
const oddTexts = [
  "yes",
  "y",
  "no",
  "on",
  "null",
  "~",
  "1_000",
  "0x1F",
  "0O7",
  "1e3",
  "08",
  "1:30",
  "2026-01-01",
  "<<",
  "=",
  "true",
  "",
];
const oddTexts2 = [
  " a",
  "a ",
  "a: b",
  "#a",
  "- a",
  "*",
  "a\nb",
  "\ta",
  "a\r\n",
  'a"b',
  "a'b",
  "a\\b",
  "a,b",
  "é😀",
  "\u0085",
  "@KEY:1@",
  "%zz",
];

const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("kubernetes", "alice", "team:a", "example.com/role", "urn:x:y", ...oddTexts),
  },
  { weight: 1, arbitrary: fc.constantFrom(...oddTexts2) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20, unit: "grapheme" }) },
);
const label = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "corp", "yes", "no", "on", "null", "team-1") },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9.-]{1,64}$/) },
);
const url = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom("login.example.com", "Login.Example.com", "10.1.2.3", "[2001:db8::1]", "a_b.example", "x.example."),
        fc.constantFrom("", ":8443", ":443", ":1"),
        fc.constantFrom("", "/", "/realms/x", "/a/b/", "/%20", "/a:b@c", "//a", "/~x;y=1,2", "/.well-known/x"),
      )
      .map((parts) => `https://${parts.join("")}`),
  },
  { weight: 1, arbitrary: fc.webUrl({ validSchemes: ["https"], withQueryParameters: true, withFragments: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "https://a b", "https://@a.example", "https://a.example:x", "https://a%41.example", "https://a.example/%zz", "https://[::1",
      "https://kubernetes.default.svc.cluster.local", "https://a.example:70000", "https://a.example?", "https:///a", "https://é.example",
    ),
  },
); // prettier-ignore

function expression(environment: EnvironmentName): fc.Arbitrary<string> {
  const of = (list: readonly (readonly [EnvironmentName, string, ...unknown[]])[]) =>
    fc.constantFrom(...list.filter(([name]) => name === environment).map(([, condition]) => condition));
  return fc.oneof(
    { weight: 12, arbitrary: of(validConditions) },
    { weight: 1, arbitrary: of(invalidConditions) },
    {
      weight: 2,
      arbitrary: fc.tuple(of(validConditions), of(validConditions)).map(([a, b]) => `(${a}\n) &&\n  (${b})`),
    },
  );
}
const value = fc.constantFrom(
  "claims.sub",
  "'a:' + claims.sub",
  "string(claims.uid)",
  "claims.x // why",
  "claims.a.b",
  "claims['a\\'b']",
  "1",
  "claims.?x.orValue('yes')",
  'claims["https://a.example/x"]',
  "claims.email",
);
const list = fc.constantFrom(
  "claims.groups",
  "dyn(claims.roles).filter(r, r != 'x')",
  "['a', 'b']",
  "'a'",
  "claims.groups // x",
  "claims.x.split(',')",
  "[claims.a, 'b']",
);
const rule = (environment: EnvironmentName) => fc.record({ expression: expression(environment), message: text });
const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 3) => fc.array(arbitrary, { maxLength });
const map = <T>(keys: fc.Arbitrary<string>, values: fc.Arbitrary<T>) =>
  fc.dictionary(keys, values, { maxKeys: 3, noNullPrototype: true });
const optional = { requiredKeys: [] as [] };
const source = (values: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.record({ claim: text }),
    fc.record({ expression: values }),
    fc.record({ claim: text, prefix: fc.constantFrom("x:", "y#", "corp/") }),
  );
const certificate = fc.option(fc.constant(authority), { nil: undefined });

const issuer = fc.record(
  {
    url,
    audiences: fc.array(text, { minLength: 1, maxLength: 3 }),
    username: source(value),
    groups: source(list),
    uid: fc.oneof(fc.record({ claim: text }), fc.record({ expression: value })),
    extra: map(
      fc.constantFrom("example.com/team", "a/b/c", "x.example/y~%20z", "Example.com/a", "example.com/é", "k8s.io/x"),
      value,
    ),
    requiredClaims: map(text, text),
    claimRules: few(rule("claims")),
    userRules: few(rule("user")),
    discoveryUrl: url,
    certificateAuthority: certificate,
  },
  { requiredKeys: ["url", "audiences", "username"] },
);

const authorizer = fc.record(
  {
    name: label,
    url,
    position: fc.constantFrom("first", "last"),
    failurePolicy: fc.constantFrom("NoOpinion", "Deny"),
    timeoutSeconds: fc.integer({ min: 0, max: 31 }),
    authorizedSeconds: fc.constantFrom(0, 1, 300),
    unauthorizedSeconds: fc.constantFrom(0, 1, 30),
    matchConditions: few(expression("request")),
    certificateAuthority: certificate,
  },
  { requiredKeys: ["name", "url"] },
);
const abac = fc.oneof(
  fc.record({ user: text, resource: text, namespace: text, apiGroup: text, readonly: fc.boolean() }),
  fc.record({ group: text, nonResourcePath: text }),
);

const groups = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(["*"], [""], ["apps"], ["", "apps"], ["yes"]) },
  { weight: 1, arbitrary: few(fc.constantFrom("*", "", "apps")) },
);
const versions = fc.constantFrom(["*"], ["v1"], ["v1", "v1beta1"], ["v1", "*"], ["yes"]);
const resources = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(["*"], ["pods"], ["pods", "pods/exec"], ["*/scale", "pods"], ["*/*"], ["*", "pods/*"]),
  },
  { weight: 1, arbitrary: few(fc.constantFrom("*", "", "pods", "pods/*", "pods/exec", "*/*", "*/exec")) },
);
const operations = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(["CREATE"], ["CREATE", "UPDATE"], ["*"], ["DELETE", "CONNECT"]) },
  { weight: 1, arbitrary: few(fc.constantFrom("CREATE", "CREATE", "*")) },
);
const match = fc.array(
  fc.record({ apiGroups: groups, apiVersions: versions, resources, operations }, { requiredKeys: ["resources"] }),
  { minLength: 1, maxLength: 2 },
);
const failurePolicy = fc.constantFrom("Fail", "Ignore");
const policy = fc.record(
  {
    match,
    validations: fc.array(rule("policy"), { minLength: 1, maxLength: 2 }),
    variables: map(
      fc.constantFrom("a", "b", "a", "c", "namespace", "_x"),
      fc.constantFrom("1", "object.spec", "[1]", "'yes'", "variables.a"),
    ),
    matchConditions: map(label, expression("policy")),
    actions: few(fc.constantFrom("Deny", "Warn", "Audit"), 2),
    excludedNamespaces: few(label),
    namespaceLabels: map(label, label),
    failurePolicy,
  },
  { requiredKeys: ["match", "validations"] },
);
const webhook = fc.record(
  {
    kind: fc.constantFrom("validating", "mutating"),
    match,
    url: fc.option(url, { nil: undefined }),
    service: fc.option(
      fc.record({ namespace: label, name: label, path: fc.constantFrom("/", "/a/b", "/a/", "a", "//", "/A", "/yes") }),
      { nil: undefined },
    ),
    timeoutSeconds: fc.integer({ min: 1, max: 31 }),
    certificateAuthority: certificate,
    failurePolicy,
  },
  { requiredKeys: ["kind", "match"] },
);

const auditRule = fc.record(
  {
    level: fc.constantFrom("None", "Metadata", "Request", "RequestResponse"),
    users: few(text),
    userGroups: few(text),
    verbs: few(text),
    namespaces: few(text),
    resources: few(
      fc.record({
        group: fc.constantFrom("", "apps", "*", "rbac.authorization.k8s.io", "apps/v1", "Yes", "no"),
        resources: few(text),
      }),
    ),
    nonResourceUrls: few(fc.constantFrom("*", "/", "/metrics", "/healthz*", "metrics", "/a*b", "")),
  },
  { requiredKeys: ["level"] },
);

const pool = fc.record(
  {
    kubelet,
    instanceTypes: fc.constant(["m6i.large"]),
    min: fc.constant(1),
    max: fc.constant(3),
    labels: map(
      fc.oneof(label, fc.constantFrom("example.com/team", "yes", "1e3")),
      fc.oneof(label, fc.constantFrom("", "yes", "007", "1_000", "a.b")),
    ),
    taints: few(
      fc.record({
        key: fc.oneof(label, fc.constantFrom("example.com/a")),
        value: label,
        effect: fc.constantFrom("NoSchedule", "PreferNoSchedule", "NoExecute"),
      }),
      2,
    ),
  },
  { requiredKeys: ["instanceTypes", "min", "max"] },
);

/** Arbitrary values of single settings. */
const single: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  name: fc.oneof(
    fc.constantFrom("yes", "no", "on", "null", "y1", "blue", "a--b2"),
    fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/),
  ),
  kubernetesVersion: fc.constantFrom(...readVersions),
  "network.podCidr": fc.constantFrom("10.244.0.0/16", "100.64.0.0/12", "192.168.0.0/17", "10.0.0.0/8"),
  "network.serviceCidr": fc.constantFrom("10.96.0.0/12", "172.20.0.0/16", "198.18.0.0/20", "10.96.0.0/25"),
  "network.conntrack": fc.record({ maxPerCore: fc.constantFrom(0, 1024, 65_536), min: fc.constantFrom(0, 131_072) }),
  "api.certificateSans": few(
    fc.constantFrom("yes.example", "10.0.0.1", "*.example.com", "localhost", "api.example.com", "::1", "no"),
  ),
  "pki.leafHours": fc.integer({ min: 1, max: 10_000 }),
  scale: fc.constantFrom("small", "medium", "large", "default"),
  "etcd.topology": fc.constantFrom("stacked", "external"),
  "controlPlane.members": fc.constantFrom(1, 3, 5),
  "controlPlane.apiServer": apiServer,
  "controlPlane.controllerManager": controllerManager,
  "controlPlane.kubelet": kubelet,
  "nodes.kubelet": kubelet,
  "addons.cloudController.enabled": fc.boolean(),
  workers: map(label, pool),
  "nodes.proxy": fc.record(
    {
      http: fc.constantFrom(
        "http://proxy.example.com:3128",
        "http://10.9.8.7:80/",
        "http://10.0.0.9:1",
        "http://a b:1",
      ),
      https: fc.constantFrom("http://proxy.example.com:3129", "https://proxy.example.com:443"),
      noProxy: few(fc.oneof(text, fc.constantFrom("corp", ".yes.example", "no", "10.40.0.0/16", "192.0.2.1", "*"))),
    },
    { requiredKeys: ["http"] },
  ),
  "access.authentication.oidc": map(label, issuer),
  "access.authentication.webhook": fc.record({
    url,
    certificateAuthority: certificate,
    cacheSeconds: fc.constantFrom(0, 120),
  }),
  "access.authentication.proxy": fc.record({ certificateAuthority: fc.constant(authority), allowedNames: few(text) }),
  "access.authorization.webhooks": few(authorizer),
  "access.authorization.abac": few(abac),
  "access.admission.podSecurity": fc.record(
    {
      enforce: fc.constantFrom("privileged", "baseline", "restricted"),
      exemptions: fc.record({ namespaces: few(label), usernames: few(text), runtimeClasses: few(label) }),
    },
    optional,
  ),
  "access.admission.eventRateLimits": few(
    fc.record({
      type: fc.constantFrom("Server", "Namespace", "User", "SourceAndObject"),
      qps: fc.integer({ min: 1, max: 100_000 }),
      burst: fc.integer({ min: 1, max: 1_000_000 }),
      cacheSize: fc.integer({ min: 0, max: 1_000_000 }),
    }),
  ),
  "access.admission.policies": map(fc.oneof(label, fc.constantFrom("a.b.c")), policy),
  "access.admission.webhooks": map(label, webhook),
  "access.audit.rules": few(auditRule, 4),
  "access.encryption.keys": few(fc.constantFrom("1", "2", "yes", "null", "2026-11", "0x1f"), 4),
  "access.encryption.resources": few(
    fc.constantFrom("secrets", "configmaps", "orders.example.com", "events", "ingresses.extensions", "secrets."),
  ),
};

/** Settings by path; those that the plan refuses are to be left out one by one. */
export const randomSettings: fc.Arbitrary<Settings> = fc.record(single, optional);
