import { parseSettings } from "../../stacks/settings";
import { classes, threeLevels, withTenants } from "../components/tenancy/tenants";
import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems, problemsOf } from "./settingsSupport";

const tenants = (settings: object, rest: object = {}) => cluster({ tenants: settings, ...rest });
const cpu = (amount: unknown) => ({ quota: { compute: { requests: { cpu: amount } } } });
const at = "cluster.tenants";

const badInputs: readonly BadInput[] = [
  [
    "an unknown parent",
    tenants({ shop: { parent: "retial" }, retail: {} }),
    [`${at}.shop.parent`, /did you mean retail/],
  ],
  ["a tenant as its own parent", tenants({ shop: { parent: "shop" } }), [`${at}.shop.parent`, /the tenant itself/]],
  [
    "a cycle",
    tenants({ a: { parent: "b" }, b: { parent: "a" } }),
    [`${at}.a.parent`, /b → a → b/],
    [`${at}.b.parent`, /part of a cycle/],
  ],
  ["a reserved prefix", tenants({ "kube-shop": {} }), [`${at}.kube-shop`, /write another name/]],
  ["a system namespace", tenants({ default: {} }), [`${at}.default`, /write another name/]],
  ["an invalid name", tenants({ Shop: {} }), [`${at}.Shop`, /invalid name/]],
  [
    "a quota larger than that of the parent",
    tenants({ retail: cpu(4), shop: { parent: "retail", ...cpu("4500m") } }),
    [`${at}.shop.quota.compute.requests.cpu`, /at most 4, the quota of parent retail/],
  ],
  [
    "a quota larger than that of a grandparent",
    tenants({ retail: cpu(4), shop: { parent: "retail" }, front: { parent: "shop", ...cpu(5) } }),
    [`${at}.front.quota.compute.requests.cpu`, /at most 4, the quota of parent shop/],
  ],
  [
    "quotas of children that exceed the parent's together",
    tenants({ retail: cpu(4), shop: { parent: "retail", ...cpu(3) }, stock: { parent: "retail", ...cpu("1001m") } }),
    [`${at}.retail.quota.compute.requests.cpu`, /less than the 4001m of its children \(shop 3, stock 1001m\)/],
  ],
  [
    "quotas of children of which one inherits the parent's",
    tenants({ retail: cpu(4), shop: { parent: "retail", ...cpu(1) }, stock: { parent: "retail" } }),
    [`${at}.retail.quota.compute.requests.cpu`, /5 of its children \(shop 1, stock 4 \(inherited\)\)/],
  ],
  [
    "storage and object quotas larger than those of the parent",
    tenants({
      retail: { quota: { storage: { capacity: "1Ti", classes: { gp3: { volumes: 2 } } }, objects: { secrets: 5 } } },
      shop: {
        parent: "retail",
        quota: { storage: { capacity: "2Ti", classes: { gp3: { volumes: 3 } } }, objects: { secrets: 6 } },
      },
    }),
    [`${at}.shop.quota.storage.capacity`, /at most 1Ti/],
    [`${at}.shop.quota.objects.secrets`, /at most 5/],
    [`${at}.shop.quota.storage.classes.gp3.volumes`, /at most 2/],
  ],
  ["a quantity with an unknown unit", tenants({ a: cpu("4GB") }), [`${at}.a.quota.compute.requests.cpu`, /write 4G$/]],
  [
    "a negative quantity",
    tenants({ a: cpu(-1) }),
    [`${at}.a.quota.compute.requests.cpu`, /write a Kubernetes quantity/],
  ],
  [
    "a less restrictive Pod Security level",
    tenants({ a: {}, b: { parent: "a", podSecurity: "baseline" } }),
    [`${at}.b.podSecurity`, /less restrictive than restricted of parent a/],
  ],
  [
    "container limits outside those of the parent",
    tenants({
      a: { limits: { container: { max: { memory: "1Gi" }, min: { cpu: "100m" } } } },
      b: { parent: "a", limits: { container: { max: { memory: "2Gi" }, min: { cpu: "50m" } } } },
    }),
    [`${at}.b.limits.container.min.cpu`, /at least 100m/],
    [`${at}.b.limits.container.max.memory`, /at most 1Gi/],
  ],
  [
    "a minimum above the maximum",
    tenants({ a: { limits: { volume: { min: "2Gi", max: "1Gi" } } } }),
    [`${at}.a.limits.volume.max`, /at least 2Gi, the minimum/],
  ],
  [
    "a default above the maximum",
    tenants({ a: { limits: { container: { max: { memory: "1Gi" }, default: { memory: "2Gi" } } } } }),
    [`${at}.a.limits.container.default.memory`, /at most 1Gi, the maximum/],
  ],
  [
    "a default request above the default limit",
    tenants({ a: { limits: { container: { defaultRequest: { cpu: 2 }, default: { cpu: 1 } } } } }),
    [`${at}.a.limits.container.defaultRequest.cpu`, /at most 1, the default limit/],
  ],
  [
    "traffic that the parent denies",
    tenants({ a: { network: { internal: false } }, b: { parent: "a", network: { internal: true, api: true } } }),
    [`${at}.b.network.internal`, /denied by parent a/],
    [`${at}.b.network.api`, /denied by parent a/],
  ],
  [
    "a network rule wider than those of the parent",
    tenants({
      a: { network: { egress: [{ cidr: "10.0.0.0/8", ports: [443] }] } },
      b: { parent: "a", network: { egress: [{ cidr: "10.0.0.0/8", ports: [443, 80] }] } },
    }),
    [`${at}.b.network.egress[0]`, /more than the rules of parent a/],
  ],
  [
    "a network rule with two peers",
    tenants({ a: { network: { ingress: [{ cidr: "10.0.0.0/8", tenant: "a" }] } } }),
    [`${at}.a.network.ingress[0]`, /exactly one of cidr, tenant and namespace/],
  ],
  [
    "a network rule with an unknown tenant",
    tenants({ shop: { network: { ingress: [{ tenant: "shpo" }] } } }),
    [`${at}.shop.network.ingress[0].tenant`, /did you mean shop/],
  ],
  [
    "a registry without credentials",
    tenants({ a: { registries: ["ghcr"] } }),
    [`${at}.a.registries[0]`, /has no credentials/],
  ],
  [
    "an unknown role of a ServiceAccount",
    tenants({ a: { serviceAccounts: { ci: { roles: ["edti"] } } } }),
    [`${at}.a.serviceAccounts.ci.roles[0]`, /did you mean edit/],
  ],
  [
    "the default ServiceAccount",
    tenants({ a: { serviceAccounts: { default: {} } } }),
    [`${at}.a.serviceAccounts.default`, /another name/],
  ],
  [
    "a ServiceAccount with all actions of a service",
    tenants({ a: { serviceAccounts: { ci: { aws: [{ actions: ["s3:*"], resources: ["*"] }] } } } }),
    [`${at}.a.serviceAccounts.ci.aws[0].actions[0]`, /every action of a service/],
  ],
  [
    "a ServiceAccount whose IAM role name would be too long",
    tenants({
      [`a${"b".repeat(30)}`]: {
        serviceAccounts: { [`c${"d".repeat(20)}`]: { aws: [{ actions: ["s3:GetObject"], resources: ["*"] }] } },
      },
    }),
    [`${at}.a${"b".repeat(30)}.serviceAccounts.c${"d".repeat(20)}`, /shorten the name by \d+/],
  ],
  [
    "a reserved label",
    tenants({ a: { labels: { "kubernetes.io/x": "y" } } }),
    [`${at}.a.labels["kubernetes.io/x"]`, /reserved for/],
  ],
  [
    "an unknown priority class",
    tenants({ a: { priorityClasses: { urgnet: {} } } }, classes),
    [`${at}.a.priorityClasses.urgnet`, /did you mean urgent/],
  ],
  [
    "a priority class that the parent does not allow",
    tenants({ a: { priorityClasses: { normal: {} } }, b: { parent: "a", priorityClasses: { urgent: {} } } }, classes),
    [`${at}.b.priorityClasses.urgent`, /parent a allows only normal/],
  ],
  [
    "two default priority classes",
    cluster({ priorityClasses: { a: { value: 1, default: true }, b: { value: 2, default: true } } }),
    ["cluster.priorityClasses.b.default", /can be the default, which is a/],
  ],
  [
    "a reserved priority class",
    cluster({ priorityClasses: { "system-x": { value: 1 } } }),
    ["cluster.priorityClasses.system-x", /reserved for Kubernetes or Holdfast/],
  ],
];

test.each(badInputs.map((input) => [input[0], input] as const))("refused: %s", (_title, input) => {
  expectProblems(input);
});

test("accepted: three levels of tenants", () => {
  expect(Object.keys(withTenants(threeLevels, classes).tenants)).toEqual(["retail", "shop", "shop-front"]);
});

test("findings that depend on an invalid setting are omitted", () => {
  const broken = { retail: cpu("four"), shop: { parent: "retail", ...cpu(5) } };
  expect(problemsOf(tenants(broken)).map(({ path }) => path)).toEqual([`${at}.retail.quota.compute.requests.cpu`]);
});

describe("registries", () => {
  const registry = { server: "ghcr.io", username: "robot", password: "s3cret-s3cret" };
  const paths = (registries: unknown) =>
    problemsOf({ ...cluster(), "holdfast:registries": registries }).map(({ path }) => path);

  test("accept a decrypted password and an encrypted one", () => {
    for (const password of [registry.password, { secure: "v1:abc" }]) {
      const parsed = parseSettings({ ...cluster(), registries: { ghcr: { ...registry, password } } });
      expect(parsed.ok && parsed.spec.registries).toEqual({ ghcr: { server: "ghcr.io", username: "robot" } });
    }
  });

  test.each<[string, unknown, string[]]>([
    ["a list", [], ["registries"]],
    ["a registry that is a text", { ghcr: "s3cret-s3cret" }, ["registries.ghcr"]],
    [
      "an empty registry",
      { ghcr: {} },
      ["registries.ghcr.server", "registries.ghcr.username", "registries.ghcr.password"],
    ],
    ["a URL as server", { ghcr: { ...registry, server: "https://ghcr.io" } }, ["registries.ghcr.server"]],
    ["an unknown key", { ghcr: { ...registry, token: "s3cret-s3cret" } }, ["registries.ghcr.token"]],
    ["an invalid name", { "GH CR": registry }, ["registries.GH CR"]],
  ])("refused without showing a value: %s", (_title, registries, expected) => {
    expect(paths(registries)).toEqual(expected);
    expect(JSON.stringify(problemsOf({ ...cluster(), "holdfast:registries": registries }))).not.toContain("s3cret");
  });
});
