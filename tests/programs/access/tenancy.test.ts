/** Tenants, users and roles of the staging stack on a real API server: limits, admission and authorization. */
import { X509Certificate } from "node:crypto";
import { statSync } from "node:fs";
import type { ApiServer, Reply, Subject } from "./apiServer";
import { collectionOf } from "./apiServer";
import { attemptRequest } from "./permissionProbe";
import { StagingApi, readCredentials } from "./stagingApi";

let api: StagingApi;
let server: ApiServer;
const subjects: Record<string, Subject> = {};

beforeAll(async () => {
  api = await StagingApi.start();
  server = api.server;
  subjects["ada"] = await api.issueCertificate("ada");
  subjects["grace"] = await api.issueCertificate("grace");
  subjects["grace, one group"] = await api.issueCertificate("grace", "shop-developers");
  subjects["edgar"] = await api.issueCertificate("edgar");
  subjects["ada, break-glass"] = await api.issueCertificate("ada", "break-glass");
  subjects["deployer of shop"] = await api.serviceAccount("shop", "deployer");
  subjects["pod of shop-payments"] = await api.serviceAccount("shop-payments", "default");
  subjects["reports of data"] = await api.serviceAccount("data", "reports");
}, 1_800_000);

afterAll(async () => {
  await api.stop();
});

const restricted = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

interface PodOptions {
  readonly resources?: object;
  readonly securityContext?: object;
  readonly priorityClassName?: string;
}

let pods = 0;
const pod = (namespace: string, { resources = {}, securityContext = restricted, ...rest }: PodOptions = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `pod-${pods++}`, namespace },
  spec: { ...rest, containers: [{ name: "main", image: "example.com/image", resources, securityContext }] },
});

const create = (subject: Subject, object: Parameters<typeof collectionOf>[0]): Promise<Reply> =>
  server.request(subject, "POST", collectionOf(object), object);

const message = ({ body }: Reply): string => (body as { message?: string }).message ?? "";

const object = (kind: string, namespace: string, name: string, rest: object = {}, apiVersion = "v1") => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...rest,
});

describe("tenant limits", () => {
  const deployer = (): Subject => subjects["deployer of shop"] ?? {};
  const requests = (cpu: string, memory = "64Mi") => ({ resources: { requests: { cpu, memory }, limits: { memory } } });

  test("a pod without requests gets the defaults of the tenant two levels above", async () => {
    const reply = await create(deployer(), pod("shop-payments"));
    expect([reply.status, message(reply)]).toEqual([201, ""]);
    const { spec } = reply.body as { spec: { containers: { resources: object }[] } };
    expect(spec.containers[0]?.resources).toEqual({
      requests: { cpu: "100m", memory: "128Mi" },
      limits: { memory: "256Mi" },
    });
  });

  test.each<[string, () => ReturnType<typeof pod>, RegExp]>([
    [
      "CPU beyond the quota of a tenant three levels deep",
      () => pod("shop-payments", requests("1")),
      /exceeded quota: compute, requested: requests\.cpu=1, used: requests\.cpu=100m, limited: requests\.cpu=1$/,
    ],
    [
      "CPU that is allocated to child tenants",
      () => pod("shop", requests("3500m")),
      /exceeded quota: compute, .*limited: requests\.cpu=3$/,
    ],
    [
      "a container beyond the limit of the tenant two levels above",
      () => pod("shop-payments", requests("10m", "9Gi")),
      /maximum memory usage per Container is 8Gi, but limit is 9Gi/,
    ],
    [
      "privileges beyond the pod security level of the tenant two levels above",
      () => pod("shop-payments", { securityContext: { privileged: true } }),
      /violates PodSecurity "restricted:v1\.36": privileged/,
    ],
    [
      "a priority class that is not allowed",
      () => pod("shop-payments", { priorityClassName: "background" }),
      /pods of tenant shop-payments may not use priority class background; allowed: customers, internal/,
    ],
    [
      "a priority class of the system",
      () => pod("shop", { priorityClassName: "system-cluster-critical" }),
      /may not use priority class system-cluster-critical/,
    ],
  ])("refused: %s", async (_case, requested, expected) => {
    const reply = await create(deployer(), requested());
    expect([reply.status, message(reply)]).toEqual([403, expect.stringMatching(expected)]);
  });

  test.each<[string, Parameters<typeof collectionOf>[0], RegExp]>([
    [
      "a load balancer beyond the quota",
      object("Service", "shop-payments", "front", { spec: { type: "LoadBalancer", ports: [{ port: 80 }] } }),
      /exceeded quota: objects, requested: services\.loadbalancers=1/,
    ],
    [
      "a node port",
      object("Service", "shop-payments", "port", { spec: { type: "NodePort", ports: [{ port: 80 }] } }),
      /exceeded quota: objects, requested: services\.nodeports=1/,
    ],
    [
      "storage beyond the quota",
      object("PersistentVolumeClaim", "shop-payments", "data", {
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "51Gi" } } },
      }),
      /exceeded quota: storage, requested: requests\.storage=51Gi, used: requests\.storage=0, limited: requests\.storage=50Gi/,
    ],
  ])("refused: %s", async (_case, requested, expected) => {
    const reply = await create(deployer(), requested);
    expect([reply.status, message(reply)]).toEqual([403, expect.stringMatching(expected)]);
  });

  test("an internal load balancer within the quota, whose ports count as node ports", async () => {
    const annotations = { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" };
    const ports = [80, 443].map((port) => ({ name: `port-${port}`, port }));
    const service = object("Service", "shop", "front", { spec: { type: "LoadBalancer", ports } });
    const balancer = { ...service, metadata: { ...service.metadata, annotations } };
    expect(await create(deployer(), balancer)).toMatchObject({ status: 201 });
  });

  test("Secrets up to the quota", async () => {
    const made: number[] = [];
    for (let index = 0; index < 11; index++) {
      made.push((await create(deployer(), object("Secret", "shop-payments", `secret-${index}`))).status);
    }
    expect(made).toEqual([...Array<number>(10).fill(201), 403]);
  });
});

describe("objects of the settings cannot be changed by tenants", () => {
  const policy = (name: string) =>
    object("NetworkPolicy", "shop", name, { spec: { podSelector: {}, ingress: [{}] } }, "networking.k8s.io/v1");
  const at = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies";

  test.each(["grace", "deployer of shop"])(
    "%s cannot change network policies, although the role edit can",
    async (name) => {
      const subject = subjects[name] ?? {};
      const opened = await create(subject, policy("open"));
      expect([opened.status, message(opened)]).toEqual([
        403,
        expect.stringMatching(/managed by the cluster's settings/),
      ]);
      const closed = await server.request(subject, "DELETE", `${at}/default-deny`);
      expect([closed.status, message(closed)]).toEqual([
        403,
        expect.stringMatching(/managed by the cluster's settings/),
      ]);
      expect((await server.request(server.admin, "GET", `${at}/default-deny`)).status).toBe(200);
    },
  );

  test("token mounting of the default ServiceAccount cannot be enabled", async () => {
    const body = { automountServiceAccountToken: true };
    const path = "/api/v1/namespaces/shop/serviceaccounts/default";
    const reply = await server.request(subjects["grace"] ?? {}, "PATCH", path, body);
    expect([reply.status, message(reply)]).toEqual([403, expect.stringMatching(/managed by the cluster's settings/)]);
  });

  test("tenants can change their own objects", async () => {
    const grace = subjects["grace"] ?? {};
    expect((await create(grace, object("Secret", "shop", "mine"))).status).toBe(201);
    const path = "/api/v1/namespaces/shop/secrets/mine";
    expect((await server.request(grace, "PATCH", path, { stringData: { a: "b" } })).status).toBe(200);
    expect((await server.request(grace, "DELETE", path)).status).toBe(200);
  });

  test("the break-glass group can change everything", async () => {
    const emergency = subjects["ada, break-glass"] ?? {};
    expect((await create(emergency, policy("open"))).status).toBe(201);
    expect((await server.request(emergency, "DELETE", `${at}/open`)).status).toBe(200);
  });
});

type Row = readonly [subject: string, verb: string, resource: string, namespace: string, allowed: "yes" | "no"];

const rows: readonly Row[] = [
  // Platform and on call: reads everything except Secrets, restarts workloads of the shop.
  ["ada", "list", "pods", "-", "yes"],
  ["ada", "list", "pods", "kube-system", "yes"],
  ["ada", "list", "secrets", "-", "no"],
  ["ada", "get", "secrets", "shop", "no"],
  ["ada", "patch", "deployments", "shop-payments", "yes"],
  ["ada", "patch", "deployments", "data", "no"],
  ["ada", "delete", "pods", "shop", "no"],
  ["ada", "create", "namespaces", "-", "no"],
  // Developer of the shop: edits it and its child tenants.
  ["grace", "create", "deployments", "shop", "yes"],
  ["grace", "create", "deployments", "shop-checkout", "yes"],
  ["grace", "create", "deployments", "shop-payments", "yes"],
  ["grace", "get", "secrets", "shop-payments", "yes"],
  ["grace", "create", "pods", "data", "no"],
  ["grace", "list", "pods", "data", "yes"],
  ["grace", "get", "secrets", "data", "no"],
  ["grace", "create", "pods", "kube-system", "no"],
  ["grace", "create", "rolebindings", "shop", "no"],
  ["grace", "update", "resourcequotas", "shop", "no"],
  ["grace", "patch", "limitranges", "shop-payments", "no"],
  // The same user with a certificate for one group.
  ["grace, one group", "create", "deployments", "shop-payments", "yes"],
  ["grace, one group", "list", "pods", "data", "no"],
  ["grace, one group", "list", "nodes", "-", "no"],
  ["edgar", "create", "pods", "data", "yes"],
  ["edgar", "list", "pods", "shop", "no"],
  ["edgar", "list", "pods", "-", "no"],
  // cluster-admin.
  ["ada, break-glass", "get", "secrets", "kube-system", "yes"],
  ["ada, break-glass", "create", "clusterroles", "-", "yes"],
  ["ada, break-glass", "delete", "namespaces", "-", "yes"],
  // ServiceAccounts: their namespace and its child tenants.
  ["deployer of shop", "create", "deployments", "shop-payments", "yes"],
  ["deployer of shop", "get", "secrets", "shop-checkout", "yes"],
  ["deployer of shop", "get", "secrets", "data", "no"],
  ["deployer of shop", "list", "secrets", "-", "no"],
  ["pod of shop-payments", "get", "secrets", "shop-payments", "no"],
  ["pod of shop-payments", "get", "secrets", "shop", "no"],
  ["pod of shop-payments", "get", "secrets", "data", "no"],
  ["pod of shop-payments", "list", "pods", "shop-payments", "no"],
  ["reports of data", "get", "secrets", "shop", "no"],
  ["reports of data", "get", "secrets", "data", "no"],
];

test.each(rows)("%s: %s %s in %s: %s", async (name, verb, resource, namespace, expected) => {
  const { allowed, reply } = await attemptRequest(server, subjects[name] ?? {}, [verb, resource, namespace]);
  expect({ allowed: allowed ? "yes" : "no", reply: reply.body }).toMatchObject({ allowed: expected });
});

test("type checking of the admission policies has no warnings", async () => {
  const path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
  const policies = async () => {
    const { body } = await server.request(server.admin, "GET", path);
    return (body as { items: { metadata: { name: string }; status?: { typeChecking?: object } }[] }).items;
  };
  await server.waitFor(60, "type checking", async () =>
    (await policies()).every(({ status }) => status?.typeChecking !== undefined),
  );
  expect((await policies()).map(({ metadata, status }) => [metadata.name, status?.typeChecking])).toEqual([
    ["holdfast-tenant-objects", {}],
    ["holdfast-tenant-priorities", {}],
  ]);
});

describe("npx holdfast user", () => {
  test("issues a certificate with the requested lifetime, and renews it with a new key", async () => {
    const out = server.path("kubeconfigs/renewed");
    const output = await api.user("cert", "staging", "grace", "--hours", "2", "--out", out);
    expect(output).toMatch(/user grace@example\.com, groups shop-developers, on-call, valid until 20\d\d-/);
    expect(output).not.toMatch(/PRIVATE KEY|client-key/);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const whoami = await api.kubectl(out, "auth", "whoami", "-o", "json");
    expect(JSON.parse(whoami)).toMatchObject({
      status: {
        userInfo: { username: "grace@example.com", groups: ["on-call", "shop-developers", "system:authenticated"] },
      },
    });
    const before = readCredentials(out);
    const { validFrom, validTo } = new X509Certificate(
      Buffer.from(before["client-certificate-data"] ?? "", "base64").toString(),
    );
    const hours = (Date.parse(validTo) - Date.parse(validFrom)) / 3_600_000;
    expect(hours).toBeGreaterThan(1.9);
    expect(hours).toBeLessThan(2.2);
    await api.user("cert", "staging", "grace", "--out", out);
    expect(readCredentials(out)["client-key-data"]).not.toBe(before["client-key-data"]);
    expect(await api.kubectl(undefined, "get", "csr", "-o", "name")).toBe("");
  });

  test("shows permissions from the API", async () => {
    const output = await api.user("can", "staging", "edgar");
    const [first = ""] = output.split("\n\n");
    expect(first).toMatch(/^default, kube-system, shop, shop-checkout, shop-payments:\n {2}no permissions$/);
    expect(output).toMatch(/^data:\n(.*\n)*.*create.*deployments\.apps/m);
  });

  test("refuses groups and users that are not in the settings", async () => {
    await expect(api.user("cert", "staging", "edgar", "--group", "break-glass")).rejects.toThrow(
      /edgar is not allowed to use/,
    );
    await expect(api.user("cert", "staging", "edgra")).rejects.toThrow(/did you mean edgar/);
  });
});
