/** Readiness for another Kubernetes version. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { budgetFact, parseDeprecatedApis, webhookFacts } from "../../../operations/upgrade/apiFacts";
import type { EndpointSlice, WebhookConfiguration } from "../../../operations/upgrade/apiFacts";
import { checkUpgrade, isBlocked } from "../../../operations/upgrade/checkUpgrade";
import type { UpgradeFacts } from "../../../operations/upgrade/facts";
import { problemsWithVersion } from "../../../operations/upgrade/fetchFacts";
import { formatFindings } from "../../../operations/upgrade/report";
import { specOf } from "../../specs";

const now = new Date("2026-11-29T12:00:00Z");
const known = <T>(value: T) => ({ known: true, value }) as const;
const node = {
  name: "i-1",
  ready: true,
  reason: "",
  version: "v1.36.3",
  controlPlane: false,
  cordoned: false,
  lastHeartbeat: now,
};
const healthy = { EtcdHasLeader: 1, EtcdAlarms: 0, DatabaseSizeBytes: 10, DatabaseQuotaBytes: 100 };
const backup = (minutes: number) => ({
  taken: new Date(now.getTime() - minutes * 60_000),
  generation: 1,
  revision: 1,
  member: "a",
  size: 1,
  tiers: [],
  key: "a",
});
const good: UpgradeFacts = {
  now,
  nodes: known([node]),
  deprecatedApis: known([]),
  webhooks: known([]),
  budgets: known([]),
  members: known(new Map([["a", healthy]])),
  backups: known([backup(10)]),
  settings: [],
};

const upgradeOf = (from: string, to: string, workers: object = {}) => ({
  from,
  to,
  settings: specOf({ name: "blue", kubernetesVersion: to, workers: { general: workers } }),
});

/** Findings that are not ok. */
const problems = (
  facts: Partial<UpgradeFacts>,
  from = "1.36.3",
  to = "1.37.1",
  workers: object = {},
): readonly string[] =>
  checkUpgrade(upgradeOf(from, to, workers), { ...good, ...facts })
    .filter(({ verdict }) => verdict !== "ok")
    .map(({ verdict, area, message }) => `${verdict} ${area}: ${message}`);

test("a healthy cluster is ready, for the next minor and for a patch release", () => {
  expect(problems({})).toEqual([]);
  expect(problems({}, "1.36.3", "1.36.4")).toEqual([]);
  expect(formatFindings("blue", "1.37.1", checkUpgrade(upgradeOf("1.36.3", "1.37.1"), good))).toEqual([
    "version             ✓ no problem found",
    "settings            ✓ no problem found",
    "nodes               ✓ no problem found",
    "removed APIs        ✓ no problem found",
    "webhooks            ✓ no problem found",
    "disruption budgets  ✓ no problem found",
    "etcd                ✓ no problem found",
    "backup              ✓ no problem found",
    "",
    "Cluster blue is ready for Kubernetes 1.37.1",
  ]);
});

test("a pool may stay at its version, and then skips a minor version", () => {
  const nodes = known([node, { ...node, name: "i-2", version: "v1.35.8", pool: "general" }]);
  expect(problems({ nodes }, "1.36.3", "1.37.1", { kubernetesVersion: "1.35.8" })).toEqual([]);
  expect(problems({ nodes }, "1.36.3", "1.37.1")).toEqual([
    "advisory nodes: i-2 runs v1.35.8 instead of v1.36.3; finish the current rollout first, unless workers.general.kubernetesVersion is 1.35.8",
  ]);
});

test.each<[title: string, facts: Partial<UpgradeFacts>, expected: RegExp]>([
  [
    "a removed API",
    { deprecatedApis: known([{ name: "widgets.v1beta1.example", removedIn: "1.37" }]) },
    /^blocking removed APIs: clients request widgets\.v1beta1\.example, which Kubernetes 1\.37 does not serve; find its clients/,
  ],
  [
    "an API that a later version removes",
    { deprecatedApis: known([{ name: "widgets.v1beta1.example", removedIn: "1.40" }]) },
    /^advisory removed APIs: .* update its clients before that version$/,
  ],
  [
    "a webhook without endpoints",
    { webhooks: known([{ name: "a/b", service: "policy/hook", ready: false, coversSystem: true }]) },
    /^blocking webhooks: a\/b: Service policy\/hook has no ready endpoint/,
  ],
  [
    "a webhook for system pods",
    { webhooks: known([{ name: "a/b", service: "policy/hook", ready: true, coversSystem: true }]) },
    /^advisory webhooks: a\/b covers pods in kube-system/,
  ],
  [
    "a budget that allows nothing",
    { budgets: known([{ name: "shop/db", pods: 1, required: 1, healthy: 1 }]) },
    /^blocking disruption budgets: shop\/db never allows an eviction: 1 of 1 pods must stay/,
  ],
  [
    "a budget with an unhealthy pod",
    { budgets: known([{ name: "shop/db", pods: 3, required: 2, healthy: 2 }]) },
    /^advisory disruption budgets: shop\/db allows no eviction now: 2 of 3 pods are healthy, 2 must stay/,
  ],
  ["a node that is not ready", { nodes: known([{ ...node, ready: false }]) }, /^blocking nodes: i-1 is not ready/],
  ["a newer kubelet", { nodes: known([{ ...node, version: "v1.38.0" }]) }, /^blocking nodes: .*newer than 1\.37\.1/],
  ["a kubelet that is too old", { nodes: known([{ ...node, version: "v1.33.9" }]) }, /^blocking nodes: .*at most 3/],
  [
    "an unfinished rollout",
    { nodes: known([{ ...node, version: "v1.35.8" }]) },
    /^advisory nodes: .*finish the current/,
  ],
  ["a cordoned node", { nodes: known([{ ...node, cordoned: true }]) }, /^advisory nodes: i-1 is cordoned/],
  [
    "a silent member",
    { members: known(new Map([["b", {}]])) },
    /^blocking etcd: member b sees no leader, or publishes/,
  ],
  ["an alarm", { members: known(new Map([["b", { ...healthy, EtcdAlarms: 1 }]])) }, /^blocking etcd: .*alarm/],
  [
    "a full database",
    { members: known(new Map([["b", { ...healthy, DatabaseSizeBytes: 85 }]])) },
    /^blocking etcd: member b uses 85 % of its quota/,
  ],
  ["no backup", { backups: known([]) }, /^blocking backup: no backup exists/],
  ["an old backup", { backups: known([backup(90)]) }, /^advisory backup: the newest backup is 90 min old/],
  ["a backup of yesterday", { backups: known([backup(25 * 60)]) }, /^blocking backup: the newest backup is 25 h old/],
  [
    "settings that the version refuses",
    { settings: [{ path: "cluster.nodes.kubelet.x", message: "gone; remove it" }] },
    /^blocking settings: cluster\.nodes\.kubelet\.x: gone; remove it$/,
  ],
  [
    "a source that does not answer",
    { webhooks: { known: false, problem: "forbidden" } },
    /^unknown webhooks: forbidden$/,
  ],
])("%s", (_title, facts, expected) => {
  expect(problems(facts)).toEqual([expect.stringMatching(expected)]);
});

test.each([
  [
    "1.35.8",
    "1.37.1",
    /skips 1\.36, .*\. Write 1\.36\.4 first .* workers\.general\.kubernetesVersion: 1\.35\.8, .*\. Then write 1\.37\.1 /,
  ],
  ["1.37.1", "1.36.4", /a downgrade by a minor version: /],
])("version %s to %s", (from, to, message) => {
  const nodes = known([{ ...node, version: `v${from}` }]);
  expect(problems({ nodes }, from, to).filter((text) => text.includes(" version: "))).toEqual([
    expect.stringMatching(message),
  ]);
});

test("advisory findings do not block, unknown ones do", () => {
  const at = (verdict: "advisory" | "unknown") => [{ verdict, area: "a", message: "" }];
  expect([isBlocked(at("advisory")), isBlocked(at("unknown"))]).toEqual([false, true]);
});

test("settings are checked with the target version", () => {
  const text = readFileSync(join(__dirname, "../../../stacks/Pulumi.prod.yaml"), "utf8");
  expect(problemsWithVersion("prod", "Pulumi.prod.yaml", text, "1.37.1")).toEqual([]);
  expect(problemsWithVersion("prod", "Pulumi.prod.yaml", text, "1.37.99")).toMatchObject([
    { path: "cluster.kubernetesVersion", message: expect.stringMatching(/^unknown checksums/) as string },
  ]);
});

describe("Kubernetes API", () => {
  test("deprecated APIs from the metrics of an API server", () => {
    const text = [
      "# HELP apiserver_requested_deprecated_apis [STABLE] Gauge of deprecated APIs that have been requested",
      "# TYPE apiserver_requested_deprecated_apis gauge",
      'apiserver_requested_deprecated_apis{group="",removed_release="",resource="componentstatuses",subresource="",version="v1"} 1',
      'apiserver_requested_deprecated_apis{group="batch",removed_release="1.25",resource="cronjobs",subresource="status",version="v1beta1"} 1',
      'apiserver_requested_deprecated_apis_total{group="x",removed_release="1.25"} 1',
    ].join("\n");
    expect(parseDeprecatedApis(text)).toEqual([{ name: "cronjobs/status.v1beta1.batch", removedIn: "1.25" }]);
  });

  const slice = (name: string, ...ready: (boolean | undefined)[]): EndpointSlice => ({
    metadata: { name: "x", namespace: "policy", labels: { "kubernetes.io/service-name": name } },
    endpoints: ready.map((each) => ({ conditions: each === undefined ? {} : { ready: each } })),
  });
  const system = { "kubernetes.io/metadata.name": "kube-system" };
  const hook = (fields: Partial<NonNullable<WebhookConfiguration["webhooks"]>[number]>): WebhookConfiguration => ({
    metadata: { name: "policies" },
    webhooks: [
      {
        name: "pods.example.com",
        clientConfig: { service: { namespace: "policy", name: "hook" } },
        rules: [{ apiGroups: [""], resources: ["pods"] }],
        ...fields,
      },
    ],
  });

  test.each<[title: string, slices: EndpointSlice[], ready: boolean]>([
    ["no endpoint", [], false],
    ["only endpoints that are not ready", [slice("hook", false)], false],
    ["endpoints of another Service", [slice("other", true)], false],
    ["one ready endpoint in the second slice", [slice("hook", false), slice("hook", false, true)], true],
    ["an endpoint without condition, which means ready", [slice("hook", undefined)], true],
    ["a slice without endpoints", [{ ...slice("hook"), endpoints: null }], false],
  ])("webhook with %s", (_title, slices, ready) => {
    expect(webhookFacts(hook({}), slices, system)).toEqual([
      { name: "policies/pods.example.com", service: "policy/hook", ready, coversSystem: true },
    ]);
  });

  const not = (operator: string, key: string, ...values: string[]) => ({
    namespaceSelector: { matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }] },
  });
  const nameLabel = "kubernetes.io/metadata.name";
  test.each<[title: string, fields: object, covers: boolean]>([
    ["without selector", {}, true],
    ["for all namespaces but some", not("NotIn", nameLabel, "kube-system"), false],
    ["for all namespaces but others", not("NotIn", nameLabel, "shop"), true],
    ["for some namespaces", not("In", nameLabel, "shop"), false],
    ["for namespaces with a label", not("Exists", "holdfast.dev/tenant"), false],
    ["for namespaces without a label", not("DoesNotExist", "holdfast.dev/tenant"), true],
    ["for a label's value", { namespaceSelector: { matchLabels: { [nameLabel]: "shop" } } }, false],
    ["for other objects", { rules: [{ apiGroups: ["apps"], resources: ["*"] }] }, false],
    ["for everything", { rules: [{ apiGroups: ["*"], resources: ["*/*"] }] }, true],
  ])("webhook %s", (_title, fields, coversSystem) => {
    expect(webhookFacts(hook(fields), [slice("hook", true)], system)).toMatchObject([{ coversSystem }]);
  });

  test("webhooks that do not refuse, and those with a URL", () => {
    expect(webhookFacts(hook({ failurePolicy: "Ignore" }), [], system)).toEqual([]);
    const [fact] = webhookFacts(hook({ clientConfig: {} }), [], system);
    expect(fact).not.toHaveProperty("service");
  });

  test("budgets without pods do not count", () => {
    const metadata = { name: "db", namespace: "shop" };
    const status = { expectedPods: 3, desiredHealthy: 2, currentHealthy: 3 };
    expect(budgetFact({ metadata, status })).toEqual([{ name: "shop/db", pods: 3, required: 2, healthy: 3 }]);
    expect(budgetFact({ metadata, status: { ...status, expectedPods: 0 } })).toEqual([]);
    expect(budgetFact({ metadata })).toEqual([]);
  });
});
