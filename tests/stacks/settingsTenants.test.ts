import { parseSettings } from "../../stacks/settings";
import { classes, threeLevels, withTenants } from "../components/tenancy/tenants";
import type { BadInput } from "./settingsSupport";
import { cluster, expectProblems, problemsOf } from "./settingsSupport";

const tenants = (settings: object, rest: object = {}) => cluster({ tenants: settings, ...rest });
const cpu = (amount: unknown) => ({ quota: { compute: { requests: { cpu: amount } } } });
const at = "cluster.tenants";

const badInputs: readonly BadInput[] = [
  [
    "a parent that is none",
    tenants({ shop: { parent: "retial" }, retail: {} }),
    [`${at}.shop.parent`, /did you mean retail/],
  ],
  ["a tenant above itself", tenants({ shop: { parent: "shop" } }), [`${at}.shop.parent`, /the tenant itself/]],
  [
    "a circle",
    tenants({ a: { parent: "b" }, b: { parent: "a" } }),
    [`${at}.a.parent`, /b is above a is above b/],
    [`${at}.b.parent`, /closes a circle/],
  ],
  ["a name of Kubernetes", tenants({ "kube-shop": {} }), [`${at}.kube-shop`, /write another name/]],
  ["the default namespace", tenants({ default: {} }), [`${at}.default`, /write another name/]],
  ["a name that is no namespace's", tenants({ Shop: {} }), [`${at}.Shop`, /is no name for this/]],
  [
    "a quota that does not fit",
    tenants({ retail: cpu(4), shop: { parent: "retail", ...cpu("4500m") } }),
    [`${at}.shop.quota.compute.requests.cpu`, /more than the 4 of tenant retail above/],
  ],
  [
    "a quota that does not fit two levels above",
    tenants({ retail: cpu(4), shop: { parent: "retail" }, front: { parent: "shop", ...cpu(5) } }),
    [`${at}.front.quota.compute.requests.cpu`, /more than the 4 of tenant shop above/],
  ],
  [
    "siblings that do not fit together",
    tenants({ retail: cpu(4), shop: { parent: "retail", ...cpu(3) }, stock: { parent: "retail", ...cpu("1001m") } }),
    [`${at}.retail.quota.compute.requests.cpu`, /take 4001m together: shop 3, stock 1001m; write less/],
  ],
  [
    "siblings of which one inherits all",
    tenants({ retail: cpu(4), shop: { parent: "retail", ...cpu(1) }, stock: { parent: "retail" } }),
    [`${at}.retail.quota.compute.requests.cpu`, /5 together: shop 1, stock 4 \(inherited\)/],
  ],
  [
    "storage and objects that do not fit, all at once",
    tenants({
      retail: { quota: { storage: { capacity: "1Ti", classes: { gp3: { volumes: 2 } } }, objects: { secrets: 5 } } },
      shop: {
        parent: "retail",
        quota: { storage: { capacity: "2Ti", classes: { gp3: { volumes: 3 } } }, objects: { secrets: 6 } },
      },
    }),
    [`${at}.shop.quota.storage.capacity`, /more than the 1Ti/],
    [`${at}.shop.quota.storage.classes.gp3.volumes`, /more than the 2/],
    [`${at}.shop.quota.objects.secrets`, /more than the 5/],
  ],
  ["a quantity with a foreign unit", tenants({ a: cpu("4GB") }), [`${at}.a.quota.compute.requests.cpu`, /write 4G$/]],
  [
    "a quantity below zero",
    tenants({ a: cpu(-1) }),
    [`${at}.a.quota.compute.requests.cpu`, /write a Kubernetes quantity/],
  ],
  [
    "a laxer level",
    tenants({ a: {}, b: { parent: "a", podSecurity: "baseline" } }),
    [`${at}.b.podSecurity`, /laxer than restricted of tenant a/],
  ],
  [
    "a container larger than above",
    tenants({
      a: { limits: { container: { max: { memory: "1Gi" }, min: { cpu: "100m" } } } },
      b: { parent: "a", limits: { container: { max: { memory: "2Gi" }, min: { cpu: "50m" } } } },
    }),
    [`${at}.b.limits.container.min.cpu`, /less than the 100m above/],
    [`${at}.b.limits.container.max.memory`, /more than the 1Gi above/],
  ],
  [
    "a least beyond the most",
    tenants({ a: { limits: { volume: { min: "2Gi", max: "1Gi" } } } }),
    [`${at}.a.limits.volume.max`, /less than the least \(2Gi\)/],
  ],
  [
    "a default beyond the most",
    tenants({ a: { limits: { container: { max: { memory: "1Gi" }, default: { memory: "2Gi" } } } } }),
    [`${at}.a.limits.container.default.memory`, /more than the most \(1Gi\)/],
  ],
  [
    "a request beyond its limit",
    tenants({ a: { limits: { container: { defaultRequest: { cpu: 2 }, default: { cpu: 1 } } } } }),
    [`${at}.a.limits.container.defaultRequest.cpu`, /more than the default limit \(1\)/],
  ],
  [
    "a way out that is closed above",
    tenants({ a: { network: { internal: false } }, b: { parent: "a", network: { internal: true, api: true } } }),
    [`${at}.b.network.internal`, /closed in tenant a above/],
    [`${at}.b.network.api`, /closed in tenant a above/],
  ],
  [
    "a rule wider than those above",
    tenants({
      a: { network: { egress: [{ cidr: "10.0.0.0/8", ports: [443] }] } },
      b: { parent: "a", network: { egress: [{ cidr: "10.0.0.0/8", ports: [443, 80] }] } },
    }),
    [`${at}.b.network.egress[0]`, /no rule of tenant a above allows all of it/],
  ],
  [
    "a rule for two at once",
    tenants({ a: { network: { ingress: [{ cidr: "10.0.0.0/8", tenant: "a" }] } } }),
    [`${at}.a.network.ingress[0]`, /one of cidr, tenant and namespace/],
  ],
  [
    "a rule for a tenant that is none",
    tenants({ shop: { network: { ingress: [{ tenant: "shpo" }] } } }),
    [`${at}.shop.network.ingress[0].tenant`, /did you mean shop/],
  ],
  [
    "credentials that are not there",
    tenants({ a: { registries: ["ghcr"] } }),
    [`${at}.a.registries[0]`, /has no credentials/],
  ],
  [
    "an account's role that does not exist",
    tenants({ a: { serviceAccounts: { ci: { roles: ["edti"] } } } }),
    [`${at}.a.serviceAccounts.ci.roles[0]`, /did you mean edit/],
  ],
  [
    "the default account",
    tenants({ a: { serviceAccounts: { default: {} } } }),
    [`${at}.a.serviceAccounts.default`, /another name/],
  ],
  [
    "an account that may do everything",
    tenants({ a: { serviceAccounts: { ci: { aws: [{ actions: ["s3:*"], resources: ["*"] }] } } } }),
    [`${at}.a.serviceAccounts.ci.aws[0].actions[0]`, /everything of a service/],
  ],
  [
    "a role name that IAM has no room for",
    tenants({
      [`a${"b".repeat(30)}`]: {
        serviceAccounts: { [`c${"d".repeat(20)}`]: { aws: [{ actions: ["s3:GetObject"], resources: ["*"] }] } },
      },
    }),
    [`${at}.a${"b".repeat(30)}.serviceAccounts.c${"d".repeat(20)}`, /write a name shorter by \d+/],
  ],
  [
    "a label of Kubernetes",
    tenants({ a: { labels: { "kubernetes.io/x": "y" } } }),
    [`${at}.a.labels["kubernetes.io/x"]`, /belongs to/],
  ],
  [
    "a class that is none",
    tenants({ a: { priorityClasses: { urgnet: {} } } }, classes),
    [`${at}.a.priorityClasses.urgnet`, /did you mean urgent/],
  ],
  [
    "a class that is not allowed above",
    tenants({ a: { priorityClasses: { normal: {} } }, b: { parent: "a", priorityClasses: { urgent: {} } } }, classes),
    [`${at}.b.priorityClasses.urgent`, /not allowed in tenant a above, which has normal/],
  ],
  [
    "two classes for those that name none",
    cluster({ priorityClasses: { a: { value: 1, default: true }, b: { value: 2, default: true } } }),
    ["cluster.priorityClasses.b.default", /a is the default already/],
  ],
  [
    "a class of Kubernetes",
    cluster({ priorityClasses: { "system-x": { value: 1 } } }),
    ["cluster.priorityClasses.system-x", /belong to Kubernetes or Holdfast/],
  ],
];

test.each(badInputs.map((input) => [input[0], input] as const))("refused: %s", (_what, input) => {
  expectProblems(input);
});

test("three levels are taken as they are written", () => {
  expect(Object.keys(withTenants(threeLevels, classes).tenants)).toEqual(["retail", "shop", "shop-front"]);
});

test("what rests on a broken setting is not complained of", () => {
  const broken = { retail: cpu("four"), shop: { parent: "retail", ...cpu(5) } };
  expect(problemsOf(tenants(broken)).map(({ path }) => path)).toEqual([`${at}.retail.quota.compute.requests.cpu`]);
});

describe("registries", () => {
  const registry = { server: "ghcr.io", username: "robot", password: "s3cret-s3cret" };
  const paths = (registries: unknown) =>
    problemsOf({ ...cluster(), "holdfast:registries": registries }).map(({ path }) => path);

  test("are taken with a password in the clear of a stack's memory, and with one that nobody can read here", () => {
    for (const password of [registry.password, { secure: "v1:abc" }]) {
      const parsed = parseSettings({ ...cluster(), registries: { ghcr: { ...registry, password } } });
      expect(parsed.ok && parsed.spec.registries).toEqual({ ghcr: { server: "ghcr.io", username: "robot" } });
    }
  });

  test.each<[string, unknown, string[]]>([
    ["no mapping", [], ["registries"]],
    ["no entry", { ghcr: "s3cret-s3cret" }, ["registries.ghcr"]],
    ["nothing in it", { ghcr: {} }, ["registries.ghcr.server", "registries.ghcr.username", "registries.ghcr.password"]],
    ["a URL", { ghcr: { ...registry, server: "https://ghcr.io" } }, ["registries.ghcr.server"]],
    ["more than is known", { ghcr: { ...registry, token: "s3cret-s3cret" } }, ["registries.ghcr.token"]],
    ["a name that no Secret can have", { "GH CR": registry }, ["registries.GH CR"]],
  ])("with %s are refused by path, and nothing of them is shown", (_what, registries, expected) => {
    expect(paths(registries)).toEqual(expected);
    expect(JSON.stringify(problemsOf({ ...cluster(), "holdfast:registries": registries }))).not.toContain("s3cret");
  });
});
