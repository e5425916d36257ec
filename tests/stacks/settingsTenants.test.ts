import { parseSettings } from "../../stacks/settings";
import { classes, threeLevels, withTenants } from "../components/tenancy/tenants";
import { cluster, problemsOf, rejects } from "./settingsSupport";

const cpu = (amount: unknown) => ({ quota: { compute: { requests: { cpu: amount } } } });

rejects(
  [
    ["unknown parent", { shop: { parent: "retial" }, retail: {} }, ["shop.parent", /did you mean retail/]],
    ["tenant as its own parent", { shop: { parent: "shop" } }, ["shop.parent", /the tenant itself/]],
    ["cycle", { a: { parent: "b" }, b: { parent: "a" } }, ["a.parent", /b → a → b/], ["b.parent", /part of a cycle/]],
    ["reserved prefix", { "kube-shop": {} }, /write another name/],
    ["system namespace", { default: {} }, /write another name/],
    ["invalid name", { Shop: {} }, /invalid name/],
    [
      "quota larger than that of the parent",
      { retail: cpu(4), shop: { parent: "retail", ...cpu("4500m") } },
      ["shop.quota.compute.requests.cpu", /at most 4, the quota of parent retail/],
    ],
    [
      "quota larger than that of a grandparent",
      { retail: cpu(4), shop: { parent: "retail" }, front: { parent: "shop", ...cpu(5) } },
      ["front.quota.compute.requests.cpu", /at most 4, the quota of parent shop/],
    ],
    [
      "sum of child quotas above the parent's",
      { retail: cpu(4), shop: { parent: "retail", ...cpu(3) }, stock: { parent: "retail", ...cpu("1001m") } },
      ["retail.quota.compute.requests.cpu", /less than the 4001m of its children \(shop 3, stock 1001m\)/],
    ],
    [
      "sum of child quotas above the parent's, one of them inherited",
      { retail: cpu(4), shop: { parent: "retail", ...cpu(1) }, stock: { parent: "retail" } },
      ["retail.quota.compute.requests.cpu", /5 of its children \(shop 1, stock 4 \(inherited\)\)/],
    ],
    [
      "storage and object quotas larger than those of the parent",
      {
        retail: { quota: { storage: { capacity: "1Ti", classes: { gp3: { volumes: 2 } } }, objects: { secrets: 5 } } },
        shop: {
          parent: "retail",
          quota: { storage: { capacity: "2Ti", classes: { gp3: { volumes: 3 } } }, objects: { secrets: 6 } },
        },
      },
      ["shop.quota.storage.capacity", /at most 1Ti/],
      ["shop.quota.objects.secrets", /at most 5/],
      ["shop.quota.storage.classes.gp3.volumes", /at most 2/],
    ],
    [
      "load balancers without node ports for their ports",
      { a: { quota: { objects: { loadBalancers: 2, nodePorts: 1 } } } },
      ["a.quota.objects.nodePorts", /nodePorts is 1; write nodePorts: 2 or more, or remove it/],
    ],
    [
      "load balancers without node ports in a child",
      {
        a: { quota: { objects: { loadBalancers: 2, nodePorts: 4 } } },
        b: { parent: "a", quota: { objects: { loadBalancers: 1, nodePorts: 0 } } },
      },
      ["b.quota.objects.nodePorts", /nodePorts is 0; write nodePorts: 1 or more/],
    ],
    ["quantity with an unknown unit", { a: cpu("4GB") }, ["a.quota.compute.requests.cpu", /write 4G$/]],
    ["negative quantity", { a: cpu(-1) }, ["a.quota.compute.requests.cpu", /write a Kubernetes quantity/]],
    [
      "less restrictive Pod Security level",
      { a: {}, b: { parent: "a", podSecurity: "baseline" } },
      ["b.podSecurity", /less restrictive than restricted of parent a/],
    ],
    [
      "container limits outside those of the parent",
      {
        a: { limits: { container: { max: { memory: "1Gi" }, min: { cpu: "100m" } } } },
        b: { parent: "a", limits: { container: { max: { memory: "2Gi" }, min: { cpu: "50m" } } } },
      },
      ["b.limits.container.min.cpu", /at least 100m/],
      ["b.limits.container.max.memory", /at most 1Gi/],
    ],
    [
      "minimum above the maximum",
      { a: { limits: { volume: { min: "2Gi", max: "1Gi" } } } },
      ["a.limits.volume.max", /at least 2Gi, the minimum/],
    ],
    [
      "default above the maximum",
      { a: { limits: { container: { max: { memory: "1Gi" }, default: { memory: "2Gi" } } } } },
      ["a.limits.container.default.memory", /at most 1Gi, the maximum/],
    ],
    [
      "default request above the default limit",
      { a: { limits: { container: { defaultRequest: { cpu: 2 }, default: { cpu: 1 } } } } },
      ["a.limits.container.defaultRequest.cpu", /at most 1, the default limit/],
    ],
    [
      "traffic that the parent denies",
      { a: { network: { internal: false } }, b: { parent: "a", network: { internal: true, api: true } } },
      ["b.network.internal", /denied by parent a/],
      ["b.network.api", /denied by parent a/],
    ],
    [
      "network rule wider than those of the parent",
      {
        a: { network: { egress: [{ cidr: "10.0.0.0/8", ports: [443] }] } },
        b: { parent: "a", network: { egress: [{ cidr: "10.0.0.0/8", ports: [443, 80] }] } },
      },
      ["b.network.egress[0]", /more than the rules of parent a/],
    ],
    [
      "network rule with two peers",
      { a: { network: { ingress: [{ cidr: "10.0.0.0/8", tenant: "a" }] } } },
      ["a.network.ingress[0]", /exactly one of cidr, tenant and namespace/],
    ],
    [
      "network rule with an unknown tenant",
      { shop: { network: { ingress: [{ tenant: "shpo" }] } } },
      ["shop.network.ingress[0].tenant", /did you mean shop/],
    ],
    ["registry without credentials", { a: { registries: ["ghcr"] } }, ["a.registries[0]", /has no credentials/]],
    [
      "unknown role of a ServiceAccount",
      { a: { serviceAccounts: { ci: { roles: ["edti"] } } } },
      ["a.serviceAccounts.ci.roles[0]", /did you mean edit/],
    ],
    [
      "default ServiceAccount",
      { a: { serviceAccounts: { default: {} } } },
      ["a.serviceAccounts.default", /another name/],
    ],
    [
      "ServiceAccount with all actions of a service",
      { a: { serviceAccounts: { ci: { aws: [{ actions: ["s3:*"], resources: ["*"] }] } } } },
      ["a.serviceAccounts.ci.aws[0].actions[0]", /every action of a service/],
    ],
    [
      "an ARN of another partition",
      {
        a: {
          serviceAccounts: { ci: { aws: [{ actions: ["s3:GetObject"], resources: ["*", "arn:aws-cn:s3:::x/*"] }] } },
        },
      },
      ["a.serviceAccounts.ci.aws[0].resources[1]", /partition aws-cn.*write arn:aws:s3:::x/],
    ],
    [
      "ServiceAccount whose IAM role name would be too long",
      {
        [`a${"b".repeat(30)}`]: {
          serviceAccounts: { [`c${"d".repeat(20)}`]: { aws: [{ actions: ["s3:GetObject"], resources: ["*"] }] } },
        },
      },
      [`a${"b".repeat(30)}.serviceAccounts.c${"d".repeat(20)}`, /shorten the name by \d+/],
    ],
    ["reserved label", { a: { labels: { "kubernetes.io/x": "y" } } }, ['a.labels["kubernetes.io/x"]', /reserved for/]],
    [
      "unknown priority class",
      { a: { priorityClasses: { urgnet: {} } } },
      ["a.priorityClasses.urgnet", /did you mean urgent/],
    ],
    [
      "priority class that the parent does not allow",
      { a: { priorityClasses: { normal: {} } }, b: { parent: "a", priorityClasses: { urgent: {} } } },
      ["b.priorityClasses.urgent", /parent a allows only normal/],
    ],
  ],
  { kind: "tenant: ", prefix: "cluster.tenants.", toConfig: (tenants) => cluster({ tenants, ...classes }) },
);

rejects(
  [
    [
      "two default classes",
      { a: { value: 1, default: true }, b: { value: 2, default: true } },
      ["b.default", /can be the default, which is a/],
    ],
    ["reserved name", { "system-x": { value: 1 } }, /reserved for Kubernetes or Holdfast/],
  ],
  {
    kind: "priority class: ",
    prefix: "cluster.priorityClasses.",
    toConfig: (priorityClasses) => cluster({ priorityClasses }),
  },
);

test("accepts three levels of tenants", () => {
  expect(Object.keys(withTenants(threeLevels, classes).tenants)).toEqual(["retail", "shop", "shop-front"]);
});

test("omits findings that depend on an invalid setting", () => {
  const broken = { retail: cpu("four"), shop: { parent: "retail", ...cpu(5) } };
  expect(problemsOf(cluster({ tenants: broken })).map(({ path }) => path)).toEqual([
    "cluster.tenants.retail.quota.compute.requests.cpu",
  ]);
});

describe("registries", () => {
  const registry = { server: "ghcr.io", username: "robot", password: "s3cret-s3cret" };
  const paths = (registries: unknown) =>
    problemsOf({ ...cluster(), "holdfast:registries": registries }).map(({ path }) => path);

  test("accepts decrypted and encrypted passwords", () => {
    for (const password of [registry.password, { secure: "v1:abc" }]) {
      const parsed = parseSettings({ ...cluster(), registries: { ghcr: { ...registry, password } } });
      expect(parsed.ok && parsed.spec.registries).toEqual({ ghcr: { server: "ghcr.io", username: "robot" } });
    }
  });

  test.each<[string, unknown, string[]]>([
    ["registries as a list", [], ["registries"]],
    ["registry as a text", { ghcr: "s3cret-s3cret" }, ["registries.ghcr"]],
    [
      "empty registry",
      { ghcr: {} },
      ["registries.ghcr.server", "registries.ghcr.username", "registries.ghcr.password"],
    ],
    ["URL as server", { ghcr: { ...registry, server: "https://ghcr.io" } }, ["registries.ghcr.server"]],
    ["unknown key", { ghcr: { ...registry, token: "s3cret-s3cret" } }, ["registries.ghcr.token"]],
    ["invalid name", { "GH CR": registry }, ["registries.GH CR"]],
  ])("rejects %s without showing a value", (_title, registries, expected) => {
    expect(paths(registries)).toEqual(expected);
    expect(JSON.stringify(problemsOf({ ...cluster(), "holdfast:registries": registries }))).not.toContain("s3cret");
  });
});
