import { parseAllDocuments, parse } from "yaml";

import { admissionObjects } from "../../../components/access/admission/admission.plan";
import { accessFiles, accessFlags } from "../../../components/access/apiServer.plan";
import { auditPolicy } from "../../../components/access/audit/auditPolicy.plan";
import { encryptionTemplate } from "../../../components/access/encryption/encryptionConfiguration.plan";
import type { AccessSpec } from "../../../components/access/settings";
import { specOf } from "../../specs";
import { authority } from "./certificate";

const accessOf = (access: object = {}): AccessSpec => specOf({ name: "blue", access }).access;
const fileOf = (access: object, name: string): unknown => parse(accessFiles(accessOf(access))[name] ?? "");
const flagsOf = (access: object = {}) => accessFlags(accessOf(access)).map(({ name, value }) => `${name}=${value}`);
const flagOf = (access: object, name: string) =>
  accessFlags(accessOf(access)).find((flag) => flag.name === name)?.value;

describe("defaults", () => {
  test("anonymous requests reach only the health endpoints", () => {
    expect(fileOf({}, "authentication.yaml")).toEqual({
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "AuthenticationConfiguration",
      jwt: [],
      anonymous: { enabled: true, conditions: [{ path: "/livez" }, { path: "/readyz" }, { path: "/healthz" }] },
    });
  });

  test("no flag for basic authentication, static tokens, or what the configuration files set", () => {
    const flags = flagsOf().join(" ");
    expect(flags).not.toMatch(/basic-auth|token-auth-file|anonymous-auth|authorization-mode|oidc-/);
  });

  test("the Node authorizer and RBAC are the only authorizers", () => {
    expect(fileOf({}, "authorization.yaml")).toMatchObject({
      authorizers: [
        { type: "Node", name: "node" },
        { type: "RBAC", name: "rbac" },
      ],
    });
  });

  test("Pod Security enforces baseline and warns about violations of restricted", () => {
    expect(fileOf({}, "admission.yaml")).toMatchObject({
      plugins: [
        {
          name: "PodSecurity",
          configuration: {
            defaults: { enforce: "baseline", audit: "restricted", warn: "restricted" },
            exemptions: { namespaces: ["kube-system"], usernames: [], runtimeClasses: [] },
          },
        },
        { name: "EventRateLimit" },
      ],
    });
    expect(flagOf({}, "enable-admission-plugins")).toBe("DenyServiceExternalIPs,EventRateLimit,NodeRestriction");
    expect(flagOf({}, "disable-admission-plugins")).toBeUndefined();
  });

  test("files contain no placeholders, and every file in a flag exists", () => {
    const files = accessFiles(accessOf());
    for (const text of Object.values(files)) {
      expect(parseAllDocuments(text)).toHaveLength(1);
      expect(text).not.toMatch(/@[A-Z]+@/);
    }
    const named = flagsOf().flatMap((flag) => /=\/etc\/kubernetes\/apiserver\/(.+)$/.exec(flag)?.[1] ?? []);
    expect(named.filter((name) => files[name] === undefined)).toEqual(["encryption.json"]);
  });
});

describe("OpenID Connect issuers", () => {
  const jwt = (issuer: object) =>
    (fileOf({ authentication: { oidc: { corp: issuer } } }, "authentication.yaml") as { jwt: object[] }).jwt[0];
  const minimal = { url: "https://login.example.com", audiences: ["k8s"], username: { claim: "sub" } };

  test("a claim gets the default prefix", () => {
    expect(jwt({ ...minimal, groups: { claim: "groups", prefix: "g:" } })).toEqual({
      issuer: { url: "https://login.example.com", audiences: ["k8s"] },
      claimValidationRules: [],
      claimMappings: {
        username: { claim: "sub", prefix: "corp:" },
        groups: { claim: "groups", prefix: "g:" },
        extra: [],
      },
      userValidationRules: [],
    });
  });

  test("an expression includes the prefix, so that no issuer can impersonate users of another", () => {
    const rendered = jwt({
      ...minimal,
      username: { expression: "claims.sub", prefix: "staff:" },
      groups: { expression: "claims.roles" },
    });
    expect(rendered).toMatchObject({
      claimMappings: {
        username: { expression: "'staff:' + (claims.sub)" },
        groups: { expression: "dyn(claims.roles).map(group, 'corp:' + string(group))" },
      },
    });
  });

  test("audiences, CA, validation rules and extra attributes", () => {
    const rendered = jwt({
      ...minimal,
      audiences: ["a", "b"],
      discoveryUrl: "https://idp.internal/d",
      certificateAuthority: authority,
      uid: { claim: "oid" },
      extra: { "example.com/department": "claims.department" },
      requiredClaims: { hd: "example.com" },
      claimRules: [{ expression: "claims.exp - claims.nbf <= 86400", message: "lives too long" }],
      userRules: [{ expression: "user.username != 'corp:root'", message: "no" }],
    });
    expect(rendered).toMatchObject({
      issuer: {
        discoveryURL: "https://idp.internal/d",
        certificateAuthority: authority,
        audiences: ["a", "b"],
        audienceMatchPolicy: "MatchAny",
      },
      claimValidationRules: [
        { claim: "hd", requiredValue: "example.com" },
        { expression: "claims.exp - claims.nbf <= 86400", message: "lives too long" },
      ],
      claimMappings: {
        uid: { claim: "oid" },
        extra: [{ key: "example.com/department", valueExpression: "claims.department" }],
      },
      userValidationRules: [{ expression: "user.username != 'corp:root'", message: "no" }],
    });
  });
});

test("the token webhook uses TLS and the client certificate for kubelets", () => {
  const access = {
    authentication: { webhook: { url: "https://ldap.internal/tokens", certificateAuthority: authority } },
  };
  expect(flagsOf(access)).toEqual(
    expect.arrayContaining([
      "authentication-token-webhook-config-file=/etc/kubernetes/apiserver/authentication-webhook.kubeconfig",
      "authentication-token-webhook-version=v1",
      "authentication-token-webhook-cache-ttl=120s",
    ]),
  );
  expect(fileOf(access, "authentication-webhook.kubeconfig")).toMatchObject({
    clusters: [
      {
        cluster: {
          server: "https://ldap.internal/tokens",
          "certificate-authority-data": Buffer.from(authority).toString("base64"),
        },
      },
    ],
    users: [{ user: { "client-certificate": "/etc/kubernetes/pki/apiserver-kubelet-client.crt" } }],
  });
});

test("an authenticating proxy is trusted in addition to the aggregation layer", () => {
  const access = { authentication: { proxy: { certificateAuthority: authority, allowedNames: ["gateway"] } } };
  expect(flagsOf(access)).toEqual(
    expect.arrayContaining([
      "requestheader-client-ca-file=/etc/kubernetes/apiserver/requestheader-ca.crt",
      "requestheader-allowed-names=front-proxy-client,gateway",
    ]),
  );
  expect(accessFiles(accessOf(access))["proxy-ca.crt"]).toContain("BEGIN CERTIFICATE");
});

test("authorization webhooks come before RBAC, with exemptions for the cluster's components, or last", () => {
  const webhook = { url: "https://decide.internal", matchConditions: ["request.user != 'a'"] };
  const access = {
    authorization: {
      webhooks: [
        { name: "last", ...webhook, unauthorizedSeconds: 0 },
        { name: "early", ...webhook, position: "first", failurePolicy: "NoOpinion" },
      ],
      abac: [{ user: "anna", resource: "pods", namespace: "a" }],
    },
  };
  const { authorizers } = fileOf(access, "authorization.yaml") as {
    authorizers: { name: string; webhook?: { matchConditions: { expression: string }[] } }[];
  };
  expect(authorizers.map(({ name }) => name)).toEqual(["node", "early", "rbac", "abac", "last"]);
  expect(authorizers[1]).toMatchObject({
    type: "Webhook",
    webhook: {
      failurePolicy: "NoOpinion",
      timeout: "3s",
      authorizedTTL: "300s",
      connectionInfo: { kubeConfigFile: "/etc/kubernetes/apiserver/authorization-early.kubeconfig" },
    },
  });
  expect(authorizers[1]?.webhook?.matchConditions).toHaveLength(3);
  expect(authorizers[4]?.webhook?.matchConditions).toEqual([{ expression: "request.user != 'a'" }]);
  expect(authorizers[4]).toMatchObject({
    webhook: { cacheUnauthorizedRequests: false, cacheAuthorizedRequests: true },
  });
  expect(flagOf(access, "authorization-policy-file")).toBe("/etc/kubernetes/apiserver/abac.jsonl");
});

test("the ABAC policy file has one rule per line", () => {
  const abac = [
    { user: "anna", readonly: true, namespace: "a", resource: "pods" },
    { group: "ops", nonResourcePath: "/logs/*" },
  ];
  const file = accessFiles(accessOf({ authorization: { abac } }))["abac.jsonl"] ?? "";
  const rules = file
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { spec: object });
  expect(rules.map(({ spec }) => spec)).toEqual([
    { user: "anna", readonly: true, apiGroup: "", namespace: "a", resource: "pods" },
    { group: "ops", nonResourcePath: "/logs/*" },
  ]);
});

test("admission policies and webhooks exclude kube-system", () => {
  const match = [{ resources: ["pods"] }];
  const objects = admissionObjects(
    accessOf({
      admission: {
        policies: {
          "no-host-network": {
            match,
            validations: [{ expression: "object.spec.hostNetwork != true", message: "no host network" }],
          },
        },
        webhooks: { sign: { kind: "mutating", service: { namespace: "sign", name: "sign" }, match } },
      },
    }).admission,
  );
  const notSystem = [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] }];
  expect(objects[0]).toMatchObject({
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: [{ apiGroups: [""], apiVersions: ["*"], operations: ["CREATE", "UPDATE"] }] },
    },
  });
  expect(objects[1]).toMatchObject({
    spec: { validationActions: ["Deny"], matchResources: { namespaceSelector: { matchExpressions: notSystem } } },
  });
  expect(objects[2]).toMatchObject({
    webhooks: [{ clientConfig: { service: { port: 443 } }, namespaceSelector: { matchExpressions: notSystem } }],
  });
});

describe("the audit policy", () => {
  interface Rule {
    readonly level: string;
    readonly users?: string[];
    readonly userGroups?: string[];
    readonly nonResourceURLs?: string[];
    readonly resources?: { group: string; resources?: string[] }[];
    readonly verbs?: string[];
  }
  const rulesOf = (rules: AccessSpec["audit"]["rules"]) => (auditPolicy(rules) as { rules: Rule[] }).rules;

  test("omits no request of a user or workload that could be refused", () => {
    for (const rule of rulesOf([]).filter(({ level }) => level === "None")) {
      const components = [...(rule.users ?? []), ...(rule.userGroups ?? [])];
      const isComponent =
        components.length > 0 && components.every((name) => /^system:(nodes|apiserver|kube-)/.test(name));
      const isPublic = rule.nonResourceURLs !== undefined && rule.resources === undefined;
      expect(isComponent || isPublic).toBe(true);
    }
    expect(rulesOf([]).at(-1)).toEqual({ level: "Metadata" });
  });

  test("never records the content of Secrets", () => {
    const first = rulesOf([]).find(({ resources }) => resources?.some((one) => one.resources?.includes("secrets")));
    expect(first?.level).toBe("Metadata");
  });

  test("starts with the rules of the settings, without empty lists", () => {
    const { audit } = accessOf({
      audit: { rules: [{ level: "Request", userGroups: ["corp:contractors"], resources: [{ group: "apps" }] }] },
    });
    expect(rulesOf(audit.rules)[0]).toEqual({
      level: "Request",
      userGroups: ["corp:contractors"],
      resources: [{ group: "apps", resources: [] }],
    });
  });
});

test.each([
  [{}, ["secretbox:1", "identity"]],
  [{ keys: ["1", "2"] }, ["secretbox:1,2", "identity"]],
  [{ keys: ["2", "1"] }, ["secretbox:2,1", "identity"]],
  [{ provider: "none" }, ["identity", "secretbox:1"]],
])("encryption providers with %j", (encryption, expected) => {
  const template = encryptionTemplate(accessOf({ encryption }).encryption) as {
    resources: { resources: string[]; providers: { secretbox?: { keys: { name: string; secret: string }[] } }[] }[];
  };
  const [{ resources, providers } = { resources: [], providers: [] }] = template.resources;
  expect(resources).toEqual(["secrets"]);
  const described = providers.map(({ secretbox }) => {
    for (const { name, secret } of secretbox?.keys ?? []) expect(secret).toBe(`@KEY:${name}@`);
    return secretbox ? `secretbox:${secretbox.keys.map(({ name }) => name).join()}` : "identity";
  });
  expect(described).toEqual(expected);
  expect(flagOf({ encryption }, "encryption-provider-config-automatic-reload")).toBe("true");
});

test("no encryption configuration without encryption and keys", () => {
  const access = { encryption: { provider: "none", keys: [] } };
  expect(encryptionTemplate(accessOf(access).encryption)).toBeUndefined();
  expect(flagOf(access, "encryption-provider-config")).toBeUndefined();
});
