/** What an API server would refuse of an object for its structure. */
import { orderRefusals } from "../../simulation/kubernetes/namespaceOrder";
import { replacementProperties } from "../../simulation/registry";
import type { Properties } from "../../simulation/core/resourceType";
import { simulate } from "../../simulation/simulate";
import { World } from "../../simulation/core/world";

const deploymentType = "kubernetes:apps/v1:Deployment";
const namespaceType = "kubernetes:core/v1:Namespace";
const releaseType = "kubernetes:helm.sh/v3:Release";

function ask(world: World, type: string, inputs: Properties, name = "subject") {
  const urn = `urn:pulumi:test::holdfast::${type}::${name}`;
  return simulate(world, { urn, type, name, seed: urn, inputs }, "leave out");
}

const labels = { app: "web" };
const container = { name: "web", image: "registry.example/web:1" };
const pod = (spec: Properties = {}, one: Properties = {}) => ({
  metadata: { labels },
  spec: { containers: [{ ...container, ...one }], ...spec },
});
const deployment = (template: Properties = pod(), spec: Properties = {}): Properties => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "kube-system" },
  spec: { selector: { matchLabels: labels }, template, ...spec },
});
const withMetadata = (metadata: Properties): Properties => ({ ...deployment(), metadata });
const system = (name: string) => ({ metadata: { name, namespace: "kube-system" } });

describe("what is taken", () => {
  test("gets what a server adds: identity, a version, the default namespace", async () => {
    const { id, outputs, refusals } = await ask(new World(""), deploymentType, withMetadata({ name: "web" }));
    expect(refusals).toEqual([]);
    expect(id).toBe("default/web");
    expect(outputs.metadata).toMatchObject({ name: "web", namespace: "default", resourceVersion: "1" });
    expect(outputs.spec).toEqual(deployment().spec);
  });

  test("an object without a name gets one from its name in the program", async () => {
    const { outputs } = await ask(new World(""), namespaceType, {});
    expect(outputs.metadata).toMatchObject({ name: expect.stringMatching(/^subject-[0-9a-f]{8}$/) as unknown });
    expect(outputs.metadata).not.toHaveProperty("namespace");
  });

  test("an object in a namespace that is made before", async () => {
    const world = new World("");
    await ask(world, namespaceType, { metadata: { name: "shop" } }, "shop");
    const { refusals } = await ask(world, deploymentType, withMetadata({ name: "web", namespace: "shop" }));
    expect(refusals).toEqual([]);
  });
});

const bad: readonly (readonly [what: string, type: string, inputs: Properties, property: string, message: RegExp])[] = [
  ["a name in capitals", deploymentType, withMetadata({ name: "Web" }), "metadata.name", /RFC 1123 subdomain/],
  [
    "a Service that begins with a digit",
    "kubernetes:core/v1:Service",
    { metadata: { name: "1web" }, spec: {} },
    "metadata.name",
    /DNS-1035/,
  ],
  ["a namespace with a dot", namespaceType, { metadata: { name: "a.b" } }, "metadata.name", /RFC 1123 label/],
  [
    "a role with a slash",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    { metadata: { name: "a/b" } },
    "metadata.name",
    /may not be/,
  ],
  [
    "a namespace that there is not",
    deploymentType,
    withMetadata({ name: "web", namespace: "shop" }),
    "metadata.namespace",
    /"shop" not found/,
  ],
  [
    "a namespace where there is none",
    namespaceType,
    { metadata: { name: "a", namespace: "b" } },
    "metadata.namespace",
    /not in namespaces/,
  ],
  [
    "a label of 64 characters",
    deploymentType,
    withMetadata({ name: "web", labels: { a: "x".repeat(64) } }),
    "metadata.labels.a",
    /valid label/,
  ],
  [
    "a label's key with two slashes",
    deploymentType,
    withMetadata({ name: "web", labels: { "a/b/c": "" } }),
    "metadata.labels.a/b/c",
    /name part|Invalid key/,
  ],
  [
    "another apiVersion",
    deploymentType,
    { ...deployment(), apiVersion: "apps/v1beta1" },
    "apiVersion",
    /is not apps\/v1/,
  ],
  [
    "a selector that finds nothing",
    deploymentType,
    deployment({ ...pod(), metadata: { labels: { app: "shop" } } }),
    "spec.template.metadata.labels",
    /does not match/,
  ],
  ["no selector", deploymentType, { ...deployment(), spec: { template: pod() } }, "spec.selector", /Required value/],
  [
    "no container",
    deploymentType,
    deployment(pod({ containers: [] })),
    "spec.template.spec.containers",
    /Required value/,
  ],
  [
    "two containers of one name",
    deploymentType,
    deployment(pod({ containers: [container, container] })),
    "spec.template.spec.containers.1.name",
    /Duplicate/,
  ],
  [
    "no image",
    deploymentType,
    deployment(pod({}, { image: undefined })),
    "spec.template.spec.containers.0.image",
    /Required/,
  ],
  [
    "a mount of no volume",
    deploymentType,
    deployment(pod({}, { volumeMounts: [{ name: "data", mountPath: "/data" }] })),
    "spec.template.spec.containers.0.volumeMounts.0.name",
    /Not found: "data"/,
  ],
  [
    "more requested than allowed",
    deploymentType,
    deployment(pod({}, { resources: { requests: { memory: "1Gi" }, limits: { memory: "64Mi" } } })),
    "spec.template.spec.containers.0.resources.requests.memory",
    /less than or equal to memory limit/,
  ],
  [
    "a quantity that is none",
    deploymentType,
    deployment(pod({}, { resources: { limits: { memory: "64MB" } } })),
    "spec.template.spec.containers.0.resources.limits.memory",
    /quantities/,
  ],
  [
    "a port beyond all",
    deploymentType,
    deployment(pod({}, { ports: [{ containerPort: 70000 }] })),
    "spec.template.spec.containers.0.ports.0.containerPort",
    /65535/,
  ],
  [
    "a probe of nothing",
    deploymentType,
    deployment(pod({}, { livenessProbe: { periodSeconds: 3 } })),
    "spec.template.spec.containers.0.livenessProbe",
    /exactly one handler/,
  ],
  [
    "a toleration of everything by value",
    deploymentType,
    deployment(pod({ tolerations: [{ effect: "NoSchedule" }] })),
    "spec.template.spec.tolerations.0.operator",
    /must be Exists/,
  ],
  [
    "a system's priority",
    "kubernetes:scheduling.k8s.io/v1:PriorityClass",
    { metadata: { name: "most" }, value: 2_000_000_000 },
    "value",
    /maximum allowed/,
  ],
  [
    "a budget both ways",
    "kubernetes:policy/v1:PodDisruptionBudget",
    { ...system("web"), spec: { minAvailable: 1, maxUnavailable: 1 } },
    "spec",
    /cannot be both set/,
  ],
  [
    "an account without its namespace",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    {
      metadata: { name: "a" },
      roleRef: { kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "ServiceAccount", name: "a" }],
    },
    "subjects",
    /Required/,
  ],
  [
    "a role without a verb",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    { metadata: { name: "a" }, rules: [{ apiGroups: [""], resources: ["pods"], verbs: [] }] },
    "rules.0.verbs",
    /./,
  ],
  [
    "a map of more than a mebibyte",
    "kubernetes:core/v1:ConfigMap",
    { ...system("a"), data: { a: "x".repeat(1024 * 1024 + 1) } },
    "data",
    /Too long/,
  ],
  [
    "a chart of nowhere",
    releaseType,
    { name: "a", chart: "a", namespace: "kube-system" },
    "repositoryOpts.repo",
    /no repository/,
  ],
  [
    "a chart's version that is a range",
    releaseType,
    { name: "a", chart: "oci://example.com/a", version: "^1", namespace: "kube-system" },
    "version",
    /no version/,
  ],
  [
    "a release in a namespace that there is not",
    releaseType,
    { name: "a", chart: "oci://example.com/a", namespace: "shop" },
    "namespace",
    /not found/,
  ],
  ["a kind that nobody knows", "kubernetes:apps/v1:Deploymint", { metadata: { name: "a" } }, "type", /does not know/],
];

test.each(bad)("%s is refused", async (_what, type, inputs, property, message) => {
  const { refusals } = await ask(new World(""), type, inputs);
  expect(refusals.map((refusal) => refusal.property)).toEqual([property]);
  expect(refusals[0]?.message).toMatch(message);
});

test("a patch of what somebody else has made says whose fields it adds to, and no more", async () => {
  const world = new World("");
  const patch = "kubernetes:core/v1:ServiceAccountPatch";
  const named = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "kube-system" } };
  await ask(world, "kubernetes:core/v1:ServiceAccount", named, "account");
  expect((await ask(world, patch, named, "one")).refusals).toEqual([]);
  expect((await ask(world, patch, named, "two")).refusals).toEqual([]);
  expect((await ask(world, patch, { ...named, metadata: {} }, "three")).refusals).toMatchObject([
    { property: "metadata.name", message: expect.stringMatching(/Required/) as unknown },
  ]);
});

test("two objects of one name", async () => {
  const world = new World("");
  await ask(world, deploymentType, deployment(), "one");
  const { refusals } = await ask(world, deploymentType, deployment(), "two");
  expect(refusals.map(({ code, message }) => [code, message])).toEqual([
    ["AlreadyExists", 'Deployment "kube-system/web" already exists'],
  ]);
  const other = await ask(world, deploymentType, withMetadata({ name: "web", namespace: "default" }), "three");
  expect(other.refusals).toEqual([]);
});

describe("an object in a namespace of the program's own", () => {
  const none = { parent: undefined, id: undefined, outputs: {} };
  const inShop = { id: "shop/web", outputs: { metadata: { namespace: "shop" } } };
  const registered = (dependsOn: readonly string[], parent?: string) => [
    { ...none, urn: "ns", type: namespaceType, name: "shop", id: "shop", dependsOn: [] },
    { ...none, urn: "component", type: "holdfast:x:Y", name: "y", dependsOn: ["ns"] },
    { ...inShop, urn: "web", type: deploymentType, name: "web", dependsOn, parent },
  ];

  test.each([
    [["ns"], undefined],
    [["component"], undefined],
    [[], "component"],
  ])("comes after it: %j %s", (dependsOn, parent) => {
    expect(orderRefusals(registered(dependsOn, parent))).toEqual([]);
  });

  test("is refused if it might come before", () => {
    expect(orderRefusals(registered([]))).toMatchObject([
      {
        urn: "web",
        property: "metadata.namespace",
        code: "NotFound",
        message: expect.stringMatching(/"shop"/) as unknown,
      },
    ]);
  });
});

test("an object of another kind is another object", () => {
  expect(replacementProperties(deploymentType)).toEqual(["apiVersion", "kind"]);
});
