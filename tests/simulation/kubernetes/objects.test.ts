/** Refusals of a Kubernetes API server. */
import type { Properties } from "../../../simulation/core/resourceType";
import { World } from "../../../simulation/core/world";
import { namespaceOrderRefusals } from "../../../simulation/kubernetes/namespaceOrder";
import { simulate } from "../../../simulation/simulate";

const deploymentType = "kubernetes:apps/v1:Deployment";
const namespaceType = "kubernetes:core/v1:Namespace";
const releaseType = "kubernetes:helm.sh/v3:Release";

function request(world: World, type: string, inputs: Properties, name = "subject") {
  const urn = `urn:pulumi:test::holdfast::${type}::${name}`;
  return simulate(world, { urn, type, name, seed: urn, inputs }, "omit");
}

const labels = { app: "web" };
const container = { name: "web", image: "registry.example/web:1" };
const podTemplate = (spec: Properties = {}, change: Properties = {}) => ({
  metadata: { labels },
  spec: { containers: [{ ...container, ...change }], ...spec },
});
const deployment = (template: Properties = podTemplate()): Properties => ({
  metadata: { name: "web", namespace: "kube-system" },
  spec: { selector: { matchLabels: labels }, template },
});
const withMetadata = (metadata: Properties): Properties => ({ ...deployment(), metadata });

test("an object gets the defaults of the API server", async () => {
  const { id, outputs, refusals } = await request(new World(""), deploymentType, withMetadata({ name: "web" }));
  expect(refusals).toEqual([]);
  expect(id).toBe("default/web");
  expect(outputs.metadata).toMatchObject({ name: "web", namespace: "default", resourceVersion: "1" });
  expect(outputs.spec).toEqual(deployment().spec);
});

test("an object without a name gets a generated one", async () => {
  const { outputs } = await request(new World(""), namespaceType, {});
  expect(outputs.metadata).toMatchObject({ name: expect.stringMatching(/^subject-[0-9a-f]{8}$/) as unknown });
  expect(outputs.metadata).not.toHaveProperty("namespace");
});

test("an object in a namespace of the program is accepted", async () => {
  const world = new World("");
  await request(world, namespaceType, { metadata: { name: "shop" } }, "shop");
  const { refusals } = await request(world, deploymentType, withMetadata({ name: "web", namespace: "shop" }));
  expect(refusals).toEqual([]);
});

const refused: readonly (readonly [
  title: string,
  type: string,
  inputs: Properties,
  property: string,
  message: RegExp,
])[] = [
  ["a name in capitals", deploymentType, withMetadata({ name: "Web" }), "metadata.name", /RFC 1123 subdomain/],
  [
    "a Service name that begins with a digit",
    "kubernetes:core/v1:Service",
    { metadata: { name: "1web" } },
    "metadata.name",
    /DNS-1035/,
  ],
  ["a namespace name with a dot", namespaceType, { metadata: { name: "a.b" } }, "metadata.name", /RFC 1123 label/],
  [
    "a role name with a slash",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    { metadata: { name: "a/b" } },
    "metadata.name",
    /may not be/,
  ],
  [
    "an unknown namespace",
    deploymentType,
    withMetadata({ name: "web", namespace: "shop" }),
    "metadata.namespace",
    /"shop" not found/,
  ],
  [
    "a label value of 64 characters",
    deploymentType,
    withMetadata({ name: "web", labels: { a: "x".repeat(64) } }),
    "metadata.labels.a",
    /valid label/,
  ],
  [
    "a label key with two slashes",
    deploymentType,
    withMetadata({ name: "web", labels: { "a/b/c": "" } }),
    "metadata.labels.a/b/c",
    /name part|Invalid key/,
  ],
  [
    "a selector that matches no pod",
    deploymentType,
    deployment({ ...podTemplate(), metadata: { labels: { app: "shop" } } }),
    "spec.template.metadata.labels",
    /does not match/,
  ],
  [
    "a pod without containers",
    deploymentType,
    deployment(podTemplate({ containers: [] })),
    "spec.template.spec.containers",
    /Required value/,
  ],
  [
    "a duplicate container name",
    deploymentType,
    deployment(podTemplate({ containers: [container, container] })),
    "spec.template.spec.containers.1.name",
    /Duplicate/,
  ],
  [
    "a container without an image",
    deploymentType,
    deployment(podTemplate({}, { image: "" })),
    "spec.template.spec.containers.0.image",
    /Required/,
  ],
  [
    "a mount of an unknown volume",
    deploymentType,
    deployment(podTemplate({}, { volumeMounts: [{ name: "data", mountPath: "/data" }] })),
    "spec.template.spec.containers.0.volumeMounts.0.name",
    /Not found: "data"/,
  ],
  [
    "a request above its limit",
    deploymentType,
    deployment(podTemplate({}, { resources: { requests: { memory: "1Gi" }, limits: { memory: "64Mi" } } })),
    "spec.template.spec.containers.0.resources.requests.memory",
    /less than or equal to memory limit/,
  ],
  [
    "an invalid quantity",
    deploymentType,
    deployment(podTemplate({}, { resources: { limits: { memory: "64MB" } } })),
    "spec.template.spec.containers.0.resources.limits.memory",
    /quantities/,
  ],
  [
    "a priority of the system's range",
    "kubernetes:scheduling.k8s.io/v1:PriorityClass",
    { metadata: { name: "highest" }, value: 2_000_000_000 },
    "value",
    /maximum allowed/,
  ],
  [
    "a ServiceAccount subject without a namespace",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    { metadata: { name: "a" }, subjects: [{ kind: "ServiceAccount", name: "a" }] },
    "subjects",
    /Required/,
  ],
  [
    "a ConfigMap of more than 1 MiB",
    "kubernetes:core/v1:ConfigMap",
    { metadata: { name: "a" }, data: { a: "x".repeat(1024 * 1024 + 1) } },
    "data",
    /Too long/,
  ],
  ["a chart without a repository", releaseType, { name: "a", chart: "a" }, "repositoryOpts.repo", /no repository/],
  [
    "a range of chart versions",
    releaseType,
    { name: "a", chart: "oci://example.com/a", version: "^1" },
    "version",
    /not an exact chart version/,
  ],
  [
    "a release in an unknown namespace",
    releaseType,
    { name: "a", chart: "oci://example.com/a", namespace: "shop" },
    "namespace",
    /not found/,
  ],
  ["an unknown kind", "kubernetes:apps/v1:Deploymint", { metadata: { name: "a" } }, "type", /does not know/],
];

test.each(refused)("refuses %s", async (_title, type, inputs, property, message) => {
  const { refusals } = await request(new World(""), type, inputs);
  expect(refusals.map((refusal) => refusal.property)).toEqual([property]);
  expect(refusals[0]?.message).toMatch(message);
});

test("several patches of one object are accepted", async () => {
  const world = new World("");
  const inputs = { metadata: { name: "default", namespace: "kube-system" } };
  await request(world, "kubernetes:core/v1:ServiceAccount", inputs, "account");
  for (const name of ["one", "two"]) {
    expect((await request(world, "kubernetes:core/v1:ServiceAccountPatch", inputs, name)).refusals).toEqual([]);
  }
});

test("refuses a second object with the same name in the same namespace", async () => {
  const world = new World("");
  await request(world, deploymentType, deployment(), "one");
  const { refusals } = await request(world, deploymentType, deployment(), "two");
  expect(refusals.map(({ code, message }) => [code, message])).toEqual([
    ["AlreadyExists", 'Deployment "kube-system/web" already exists'],
  ]);
  const other = await request(world, deploymentType, withMetadata({ name: "web", namespace: "default" }), "three");
  expect(other.refusals).toEqual([]);
});

describe("an object in a namespace of the program", () => {
  const defaults = { parent: undefined, id: undefined, outputs: {} };
  const inShop = { id: "shop/web", outputs: { metadata: { namespace: "shop" } } };
  const registered = (dependsOn: readonly string[], parent?: string) => [
    { ...defaults, urn: "ns", type: namespaceType, name: "shop", id: "shop", dependsOn: [] },
    { ...defaults, urn: "component", type: "holdfast:x:Y", name: "y", dependsOn: ["ns"] },
    { ...inShop, urn: "web", type: deploymentType, name: "web", dependsOn, parent },
  ];

  test.each([
    [["ns"], undefined],
    [["component"], undefined],
    [[], "component"],
  ])("is accepted with dependsOn %j and parent %s", (dependsOn, parent) => {
    expect(namespaceOrderRefusals(registered(dependsOn, parent))).toEqual([]);
  });

  test("is refused if it does not depend on the namespace", () => {
    expect(namespaceOrderRefusals(registered([]))).toMatchObject([
      {
        urn: "web",
        property: "metadata.namespace",
        code: "NotFound",
        message: expect.stringMatching(/"shop"/) as unknown,
      },
    ]);
  });
});
