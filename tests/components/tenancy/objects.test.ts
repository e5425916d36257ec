import { resolveTenants } from "../../../components/tenancy/inheritance.plan";
import type { ResolvedTenant } from "../../../components/tenancy/inheritance.plan";
import { limitRange } from "../../../components/tenancy/limits.plan";
import { namespaceMetadata } from "../../../components/tenancy/namespace.plan";
import { covers, networkPolicies } from "../../../components/tenancy/networkPolicies.plan";
import { resourceQuotas } from "../../../components/tenancy/quotas.plan";
import { dockerConfig, passwordsOf } from "../../../components/tenancy/registries.plan";
import type { PeerSpec } from "../../../components/tenancy/settings";
import { classes, threeLevels, withTenants } from "./tenants";

const { tenants, priorityClasses } = withTenants(threeLevels, classes);
const all = resolveTenants(tenants, priorityClasses);

function tenant(name: string): ResolvedTenant {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no tenant ${name}`);
  return found;
}

const hard = (name: string) =>
  Object.fromEntries(resourceQuotas(tenant(name)).map((quota) => [quota.name, quota.spec.hard]));

test("a namespace has labels for Pod Security, pinned to the version, and for every tenant above", () => {
  expect(namespaceMetadata(tenant("shop-front"), "1.36.3")).toEqual({
    name: "shop-front",
    labels: {
      "example.com/department": "retail",
      "holdfast.dev/managed": "true",
      "holdfast.dev/tenant": "shop-front",
      "tenant.holdfast.dev/retail": "true",
      "tenant.holdfast.dev/shop": "true",
      "tenant.holdfast.dev/shop-front": "true",
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/enforce-version": "v1.36",
      "pod-security.kubernetes.io/audit": "restricted",
      "pod-security.kubernetes.io/audit-version": "v1.36",
      "pod-security.kubernetes.io/warn": "restricted",
      "pod-security.kubernetes.io/warn-version": "v1.36",
    },
    annotations: { "holdfast.dev/parent": "shop", "holdfast.dev/priority-classes": "normal" },
  });
});

test("quotas exclude the quotas of children and include managed objects", () => {
  expect(hard("retail")).toEqual({
    compute: { "requests.cpu": "8", "requests.memory": "32Gi", "limits.memory": "48Gi" },
    storage: { "requests.storage": "524Gi", "gp3.storageclass.storage.k8s.io/persistentvolumeclaims": "20" },
    // 50, and the ConfigMap with the cluster's CA.
    objects: { pods: "80", secrets: "50", configmaps: "51", "services.loadbalancers": "1" },
    "priority-urgent": { pods: "0" },
  });
  expect(hard("shop")["compute"]).toEqual({
    "requests.cpu": "9500m",
    "requests.memory": "24Gi",
    "limits.memory": "36Gi",
  });
});

test("the quota of a priority class counts only its pods", () => {
  const urgent = resourceQuotas(tenant("shop")).find(({ name }) => name === "priority-urgent");
  expect(urgent?.spec).toEqual({
    hard: { pods: "10" },
    scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["urgent"] }] },
  });
});

test("default requests and limits fit into minimum and maximum", () => {
  expect(limitRange(tenant("shop").limits).limits).toEqual([
    {
      type: "Container",
      defaultRequest: { cpu: "100m", memory: "128Mi" },
      default: { memory: "512Mi" },
      max: { memory: "512Mi" },
    },
  ]);
  const small = withTenants({
    a: {
      quota: { compute: { limits: { cpu: 1 } } },
      limits: { container: { max: { cpu: "50m" }, min: { memory: "512Mi" } }, volume: { max: "10Gi" } },
    },
  });
  const [only] = resolveTenants(small.tenants, {});
  expect(only && limitRange(only.limits).limits).toEqual([
    {
      type: "Container",
      defaultRequest: { cpu: "50m", memory: "512Mi" },
      default: { cpu: "50m", memory: "512Mi" },
      min: { memory: "512Mi" },
      max: { cpu: "50m" },
    },
    { type: "PersistentVolumeClaim", max: { storage: "10Gi" } },
  ]);
});

describe("network policies", () => {
  const vpcCidr = "10.0.0.0/16";
  const policies = (name: string) =>
    Object.fromEntries(networkPolicies(tenant(name), [vpcCidr]).map((policy) => [policy.name, policy.spec]));

  test("deny all traffic except DNS and traffic within the namespace", () => {
    expect(Object.keys(policies("shop-front"))).toEqual([
      "default-deny",
      "allow-dns",
      "allow-internal",
      "allow-egress",
      "allow-ingress",
    ]);
    expect(policies("shop")["default-deny"]).toEqual({ policyTypes: ["Ingress", "Egress"] });
    const ports = ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 }));
    expect(policies("shop")["allow-dns"]).toMatchObject({ egress: [{ ports }] });
  });

  test("select tenants with all tenants below, and exclude instance metadata", () => {
    expect(policies("retail")["allow-egress"]?.egress).toEqual([
      {
        to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }],
        ports: [{ protocol: "TCP", port: 443 }],
      },
      {
        to: [{ namespaceSelector: { matchExpressions: [{ key: "tenant.holdfast.dev/retail", operator: "Exists" }] } }],
      },
    ]);
  });

  test("allow the API on request", () => {
    const open = withTenants({ a: { network: { api: true, internal: false } } });
    const [only] = resolveTenants(open.tenants, {});
    const names = only && networkPolicies(only, [vpcCidr]).map(({ name }) => name);
    expect(names).toEqual(["default-deny", "allow-dns", "allow-api"]);
  });

  const rule = (peer: Partial<PeerSpec>): PeerSpec => ({ protocol: "TCP", ports: [], ...peer });
  test.each<[string, Partial<PeerSpec>, Partial<PeerSpec>, boolean]>([
    ["a range covers a smaller one", { cidr: "10.0.0.0/8" }, { cidr: "10.1.0.0/16" }, true],
    ["a range does not cover a larger one", { cidr: "10.1.0.0/16" }, { cidr: "10.0.0.0/8" }, false],
    ["a range does not cover a tenant", { cidr: "0.0.0.0/0" }, { tenant: "shop" }, false],
    ["a tenant covers one below", { tenant: "retail" }, { tenant: "shop-front" }, true],
    ["a tenant covers its namespace", { tenant: "shop" }, { namespace: "shop" }, true],
    ["a tenant does not cover its parent", { tenant: "shop" }, { tenant: "retail" }, false],
    ["a namespace does not cover its tenant", { namespace: "shop" }, { tenant: "shop" }, false],
    ["a namespace covers itself", { namespace: "monitoring" }, { namespace: "monitoring" }, true],
    ["all ports cover some", { tenant: "shop" }, { tenant: "shop", ports: [80] }, true],
    ["some ports do not cover all", { tenant: "shop", ports: [80] }, { tenant: "shop" }, false],
    ["ports cover fewer", { tenant: "shop", ports: [80, 443] }, { tenant: "shop", ports: [443] }, true],
    [
      "a port does not cover another protocol",
      { tenant: "shop", ports: [53] },
      { tenant: "shop", ports: [53], protocol: "UDP" },
      false,
    ],
  ])("%s", (_title, outer, inner, covered) => {
    expect(covers(tenants, rule(outer), rule(inner))).toBe(covered);
  });
});

test("registry credentials have the format of Docker", () => {
  const registry = { server: "ghcr.io", username: "robot" };
  expect(JSON.parse(dockerConfig(registry, "s3cret"))).toEqual({
    auths: {
      "ghcr.io": { username: "robot", password: "s3cret", auth: Buffer.from("robot:s3cret").toString("base64") },
    },
  });
  expect(dockerConfig({ server: "docker.io", username: "me" }, "x")).toContain("https://index.docker.io/v1/");
});

test("a password that cannot be decrypted becomes a placeholder", () => {
  expect(passwordsOf({ a: { password: "x" }, b: { password: { secure: "v1:…" } } })).toEqual({
    a: "x",
    b: "(encrypted)",
  });
});
