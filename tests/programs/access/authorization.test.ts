/**
 * Authorization matrix on a real API server: RBAC only, with ABAC, and with webhooks before and after RBAC. Each subject uses
 * another authentication method.
 */
import { ApiServer, type ClusterObject, type Subject } from "./apiServer";
import { Authority } from "./authority";
import { attemptRequest } from "./permissionProbe";
import { type AccessReview, type JsonService, OidcIssuer, authorizationService, tokenService } from "./services";

/** subject, verb, resource or path, namespace; allowed by RBAC, with ABAC, with webhooks. */
const rows = `
  certificate      get               pods              team-a   yes yes yes
  certificate      list              pods              team-a   yes yes yes
  certificate      watch             pods              team-a   yes yes yes
  certificate      create            pods              team-a   yes yes yes
  certificate      delete            pods              team-a   yes yes no
  certificate      list              pods              team-b   no  yes no
  certificate      create            pods              team-b   no  no  no
  certificate      list              pods              team-c   no  no  no
  certificate      list              pods              -        no  no  no
  certificate      update            configmaps        team-a   yes yes yes
  certificate      patch             configmaps        team-a   yes yes yes
  certificate      delete            configmaps        team-a   yes yes no
  certificate      get               secrets           team-a   no  no  no
  certificate      list              secrets           team-a   no  no  no
  certificate      create            pods/exec         team-a   no  no  no
  certificate      list              namespaces        -        no  no  no
  certificate      get               /version          -        yes yes yes
  certificate      get               /metrics          -        no  no  no
  oidc             get               pods              team-b   yes yes yes
  oidc             list              configmaps        team-b   yes yes yes
  oidc             create            configmaps        team-b   yes yes yes
  oidc             delete            configmaps        team-b   yes yes no
  oidc             deletecollection  configmaps        team-b   no  no  no
  oidc             list              pods              team-a   no  no  no
  oidc             list              pods              team-c   no  yes no
  oidc             create            deployments       team-c   no  yes no
  oidc             get               secrets           team-c   no  yes no
  oidc             get               secrets           team-b   no  no  no
  oidc             list              nodes             -        no  no  no
  oidc             get               /apis             -        yes yes yes
  oidc             get               /logs             -        no  no  no
  webhook          list              pods              team-a   yes yes yes
  webhook          list              pods              team-b   yes yes yes
  webhook          list              pods              -        yes yes yes
  webhook          list              nodes             -        yes yes yes
  webhook          get               namespaces        -        yes yes yes
  webhook          delete            pods              team-a   no  no  no
  webhook          create            configmaps        team-c   no  no  yes
  webhook          create            configmaps        team-a   no  no  no
  webhook          update            configmaps        team-c   no  no  no
  webhook          list              secrets           team-a   no  no  no
  webhook          create            namespaces        -        no  no  no
  proxied          list              roles             team-a   yes yes yes
  proxied          list              clusterroles      -        yes yes yes
  proxied          get               rolebindings      team-b   yes yes yes
  proxied          create            rolebindings      team-b   no  no  no
  proxied          list              pods              team-a   no  no  no
  proxied          get               secrets           team-a   no  yes no
  proxied          update            secrets           team-a   no  no  no
  proxied          delete            clusterroles      -        no  no  no
  serviceAccount   get               configmaps        team-a   yes yes yes
  serviceAccount   update            configmaps        team-a   yes yes yes
  serviceAccount   delete            configmaps        team-a   no  no  no
  serviceAccount   get               configmaps        team-b   no  no  no
  serviceAccount   list              secrets           team-a   no  no  no
  serviceAccount   get               leases            team-a   yes yes yes
  serviceAccount   get               /metrics          -        no  yes no
  serviceAccount   get               /api              -        yes yes yes
  anonymous        get               /livez            -        yes yes yes
  anonymous        get               /readyz           -        yes yes yes
  anonymous        get               /healthz          -        yes yes yes
  anonymous        get               /livez/etcd       -        no  no  no
  anonymous        get               /version          -        no  no  no
  anonymous        get               /api              -        no  no  no
  anonymous        get               /openapi/v3       -        no  no  no
  anonymous        get               /metrics          -        no  no  no
  anonymous        list              pods              team-a   no  no  no
  anonymous        list              namespaces        -        no  no  no
  anonymous        create            pods              team-a   no  no  no
`
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/) as [string, string, string, string, string, string, string]);

const abac = [
  { user: "anna", namespace: "team-b", resource: "pods", readonly: true },
  { group: "corporate:developers", namespace: "team-c", apiGroup: "*", resource: "*" },
  { user: "paula", namespace: "team-a", resource: "secrets", readonly: true },
  { group: "system:serviceaccounts:team-a", nonResourcePath: "/metrics", readonly: true },
];

const rbac = "rbac.authorization.k8s.io";
const role = (name: string, namespace: string | undefined, ...rules: object[]): ClusterObject => ({
  apiVersion: `${rbac}/v1`,
  kind: namespace === undefined ? "ClusterRole" : "Role",
  metadata: { name, namespace },
  rules,
});
const binding = (name: string, namespace: string | undefined, subject: object): ClusterObject => ({
  apiVersion: `${rbac}/v1`,
  kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
  metadata: { name, namespace },
  roleRef: { apiGroup: rbac, kind: namespace === undefined ? "ClusterRole" : "Role", name },
  subjects: [subject],
});
const rule = (apiGroup: string, resources: string[], verbs: string[]) => ({ apiGroups: [apiGroup], resources, verbs });
const group = (name: string) => ({ kind: "Group", apiGroup: rbac, name });
const reading = ["get", "list", "watch"];
const work = rule("", ["pods", "configmaps"], [...reading, "create", "update", "patch", "delete"]);

const objects: readonly ClusterObject[] = [
  ...["team-a", "team-b", "team-c"].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot", namespace: "team-a" } },
  role("work", "team-a", work),
  binding("work", "team-a", group("developers")),
  role("work", "team-b", work),
  binding("work", "team-b", group("corporate:developers")),
  role("look", undefined, rule("", ["pods", "nodes", "namespaces"], reading)),
  binding("look", undefined, group("ldap:operators")),
  role("audit", undefined, rule(rbac, ["roles", "rolebindings", "clusterroles"], reading)),
  binding("audit", undefined, { kind: "User", apiGroup: rbac, name: "paula" }),
  role(
    "robot",
    "team-a",
    rule("", ["configmaps"], ["get", "update"]),
    rule("coordination.k8s.io", ["leases"], ["get"]),
  ),
  binding("robot", "team-a", { kind: "ServiceAccount", name: "robot", namespace: "team-a" }),
];

/** Webhook before RBAC: denies all deletions. */
const guard = ({ resourceAttributes: attributes }: AccessReview) =>
  attributes?.verb === "delete" ? "deny" : undefined;
/** Webhook after RBAC: allows operators to create objects in team-c. */
const ledger = ({ groups = [], resourceAttributes: attributes }: AccessReview) =>
  groups.includes("ldap:operators") && attributes?.namespace === "team-c" && attributes.verb === "create"
    ? "allow"
    : undefined;

describe("authorization matrix", () => {
  let server: ApiServer;
  let outside: Authority;
  const services: JsonService[] = [];
  const subjects: Record<string, Subject> = { anonymous: {} };
  const access: { authentication: object; authorization: Record<string, unknown> } = {
    authentication: {},
    authorization: {},
  };
  let webhooks: object[] = [];

  beforeAll(async () => {
    server = await ApiServer.create();
    outside = new Authority(server.path("outside"), "outside");
    const proxies = new Authority(server.path("proxies"), "proxies");
    const issuer = await OidcIssuer.start(outside);
    const tokens = await tokenService(outside, {
      "wanda-token": { username: "ldap:wanda", groups: ["ldap:operators"] },
    });
    const [before, after] = [await authorizationService(outside, guard), await authorizationService(outside, ledger)];
    services.push(issuer.service, tokens, before, after);
    const certificateAuthority = outside.pem;
    access.authentication = {
      oidc: {
        corporate: {
          url: issuer.url,
          certificateAuthority,
          audiences: ["kubernetes"],
          username: { expression: "claims.email" },
          groups: { claim: "groups" },
          claimRules: [{ expression: "claims.email_verified == true", message: "the address is not verified" }],
        },
      },
      webhook: { url: tokens.url, certificateAuthority },
      proxy: { certificateAuthority: proxies.pem, allowedNames: ["gateway"] },
    };
    const is = (verb: string) => `has(request.resourceAttributes) && request.resourceAttributes.verb == '${verb}'`;
    webhooks = [
      { name: "guard", url: before.url, certificateAuthority, position: "first", matchConditions: [is("delete")] },
      { name: "ledger", url: after.url, certificateAuthority, matchConditions: [is("create")] },
    ];
    subjects["certificate"] = { certificate: server.authority.issue("anna", { name: "anna", groups: ["developers"] }) };
    const claims = { email: "otto@example.com", email_verified: true, groups: ["developers"] };
    subjects["oidc"] = { headers: { authorization: `Bearer ${issuer.token({ sub: "1", ...claims })}` } };
    subjects["webhook"] = { headers: { authorization: "Bearer wanda-token" } };
    subjects["proxied"] = {
      certificate: proxies.issue("gateway", { name: "gateway" }),
      headers: { "x-remote-user": "paula", "x-remote-group": "auditors" },
    };

    await server.configure(access);
    await server.create(...objects);
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
    const path = "/api/v1/namespaces/team-a/serviceaccounts/robot/token";
    const { body } = await server.request(server.admin, "POST", path, request);
    const { token } = (body as { status: { token: string } }).status;
    subjects["serviceAccount"] = { headers: { authorization: `Bearer ${token}` } };
  }, 1_800_000);

  afterAll(async () => {
    await server.destroy();
    for (const service of services) await service.stop();
  });

  test("has at least 60 rows and all subjects", () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(new Set(rows.map(([subject]) => subject)).size).toBe(6);
  });

  const modes: readonly (readonly [string, number, () => object])[] = [
    ["RBAC", 4, () => access],
    ["RBAC and ABAC", 5, () => ({ ...access, authorization: { abac } })],
    ["RBAC and webhooks", 6, () => ({ ...access, authorization: { webhooks } })],
  ];
  describe.each(modes)("%s", (_mode, column, settings) => {
    const denied: string[] = [];

    beforeAll(async () => {
      await server.configure(settings());
      // RBAC and the issuer's keys load after the server is ready.
      const canRead = async (subject: string, path: string) =>
        (await server.request(subjects[subject] ?? {}, "GET", path)).status === 200;
      await server.waitFor(30, "RBAC", () => canRead("certificate", "/api/v1/namespaces/team-a/pods"));
      await server.waitFor(30, "the issuer", () => canRead("oidc", "/api/v1/namespaces/team-b/pods"));
    }, 120_000);

    test.each(rows)("%s %s %s in %s", async (...row) => {
      const [subject, verb, resource, namespace] = row;
      const { allowed, reply } = await attemptRequest(server, subjects[subject] ?? {}, [verb, resource, namespace]);
      if (!allowed) denied.push(reply.auditId);
      expect({ allowed: allowed ? "yes" : "no", reply: reply.body }).toMatchObject({ allowed: row[column] });
    });

    test("every refusal has an audit record", async () => {
      expect(denied.length).toBe(rows.filter((row) => row[column] === "no").length);
      await server.waitFor(40, "audit records", () => {
        const records = server.auditRecords();
        return Promise.resolve(denied.every((id) => records.has(id)));
      });
      const records = server.auditRecords();
      const codes = denied.map((id) => records.get(id)?.responseStatus?.code);
      expect(codes.filter((code) => code !== 401 && code !== 403)).toEqual([]);
    });
  });
});
