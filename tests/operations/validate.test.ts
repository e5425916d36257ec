import fc from "fast-check";

import type { Backup } from "../../operations/etcd/backups";
import type { CertificateFact, Facts, GroupFact, NodeFact, PodFact } from "../../operations/validate/facts";
import { checkFacts } from "../../operations/validate/checkFacts";
import { areas, formatValidation, summarize } from "../../operations/validate/result";
import type { FetchResult, Check } from "../../operations/validate/result";
import { specOf } from "../specs";

const now = new Date("2026-11-21T12:00:00Z");
const minute = 60_000;
const day = 1440 * minute;
const ago = (ms: number): Date => new Date(now.getTime() - ms);

const spec = specOf({ name: "blue", workers: { general: { min: 1, max: 3 } } });
const known = <T>(value: T): FetchResult<T> => ({ known: true, value });
const unknown: FetchResult<never> = { known: false, problem: "no answer" };

const memberNames = ["a", "b", "c"];
const node = (name: string, change: Partial<NodeFact> = {}): NodeFact => ({
  name,
  ready: true,
  reason: "",
  version: `v${spec.kubernetesVersion}`,
  controlPlane: name !== "i-worker",
  cordoned: false,
  lastHeartbeat: ago(5000),
  ...change,
});
const pod = (name: string, component: string, change: Partial<PodFact> = {}): PodFact => ({
  name,
  node: "i-a",
  component,
  ready: true,
  succeeded: false,
  priority: "system-node-critical",
  reason: "",
  created: ago(day),
  ...change,
});
const group = (name: string, ids: readonly string[], change: Partial<GroupFact> = {}): GroupFact => ({
  name,
  role: name.includes("worker") ? "worker" : "control-plane",
  desired: ids.length,
  instances: ids.map((id) => ({ id, state: "InService", healthy: true })),
  ...change,
});
const backup = (age: number): Backup => ({
  taken: ago(age),
  generation: 1,
  revision: 700,
  member: "a",
  size: 1,
  tiers: ["all"],
  key: "",
});
const certificate = (kind: CertificateFact["kind"], life: number, left: number): CertificateFact => ({
  name: `a ${kind}`,
  kind,
  from: new Date(now.getTime() + left - life),
  until: new Date(now.getTime() + left),
});

const nodes = [...memberNames.map((member) => node(`i-${member}`)), node("i-worker")];
const pods = [
  ...["kube-apiserver", "kube-controller-manager", "kube-scheduler"].flatMap((component) =>
    memberNames.map((member) => pod(`${component}-i-${member}`, component)),
  ),
  pod("coredns-1", "kube-dns"),
];
const groups = [
  ...memberNames.map((member) => group(`blue-control-plane-${member}`, [`i-${member}`])),
  group("blue-worker-general", ["i-worker"]),
];
const size = { DatabaseSizeBytes: 10, DatabaseQuotaBytes: 100 };
const figures = { EtcdHasLeader: 1, EtcdAlarms: 0, RestoreRefused: 0, ClockOffsetSeconds: 5, ...size };
const unhealthy = { EtcdHasLeader: 0, EtcdAlarms: 1, RestoreRefused: 1, ClockOffsetSeconds: 6, DatabaseSizeBytes: 80 };
const members = new Map(memberNames.map((member) => [member, figures]));
const lookup = { name: "kubernetes.default.svc.cluster.local", server: "coredns-1", addresses: ["10.96.0.1"] };

/** Facts of a healthy cluster, with changes. */
const facts = (change: Partial<Facts> = {}): Facts => ({
  now,
  readiness: known([
    { name: "ping", ok: true },
    { name: "etcd", ok: true },
  ]),
  nodes: known(nodes),
  pods: known(pods),
  workloads: known([{ name: "coredns", kind: "Deployment", wanted: 1, ready: 1 }]),
  groups: known(groups),
  images: known([]),
  members: known(members),
  alarms: known([]),
  certificates: [known([certificate("authority", 3650 * day, 3000 * day), certificate("leaf", 365 * day, 300 * day)])],
  lookups: [known({ ...lookup, wanted: "10.96.0.1" })],
  backups: known({ newest: backup(10 * minute), clusterCreated: ago(day) }),
  ...change,
});

/** Checks with another verdict than ok, as `verdict area, subject: message`. */
const findings = (change: Partial<Facts>): readonly string[] =>
  checkFacts(spec, facts(change))
    .filter(({ verdict }) => verdict !== "ok")
    .map(({ verdict, area, subject, message }) => `${verdict} ${area}, ${subject}: ${message}`);

const replaced = <T extends { name: string }>(all: readonly T[], name: string, change: Partial<T>): readonly T[] =>
  all.map((one) => (one.name === name ? { ...one, ...change } : one));

describe("healthy cluster", () => {
  const checks = checkFacts(spec, facts());

  test("has one check per area", () => {
    expect(checks.map(({ area, verdict }) => [area, verdict])).toEqual(areas.map((area) => [area, "ok"]));
  });

  test("is reported with figures", () => {
    expect(formatValidation(summarize("staging", "blue", now, checks))).toEqual([
      "control plane  ✓ 3 of 3 members ready",
      "etcd           ✓ 3 of 3 members see a leader",
      "nodes          ✓ 4 ready in 4 groups",
      "images         ✓ ages unknown",
      "system pods    ✓ 10 in kube-system, all ready",
      "DNS            ✓ 1 names resolved by coredns-1",
      "certificates   ✓ 2 checked; next to expire: a leaf, in 300 days",
      "backups        ✓ newest is 10 min old, revision 700, schedule *:0/15",
      "alarms         ✓ none raised",
      "",
      "Cluster blue is valid",
    ]);
  });
});

describe("finding", () => {
  test.each<[string, Partial<Facts>, readonly (string | RegExp)[]]>([
    [
      "failed check of the API server",
      { readiness: known([{ name: "etcd", ok: false }]) },
      ["failed control plane, API: etcd is not ready", "failed etcd, etcd: the API server cannot reach it"],
    ],
    [
      "stopped control-plane instance",
      {
        nodes: known(replaced(nodes, "i-b", { ready: false, reason: "Kubelet stopped posting node status." })),
        pods: known(pods.map((one) => (one.name.endsWith("i-b") ? { ...one, ready: false, node: "i-b" } : one))),
        members: known(new Map([...members].filter(([member]) => member !== "b"))),
      },
      [
        "failed control plane, kube-apiserver: 2 of 3 ready",
        "failed control plane, kube-controller-manager: 2 of 3 ready",
        "failed control plane, kube-scheduler: 2 of 3 ready",
        "failed etcd, member b: has published no metrics for 5 min",
        "failed nodes, i-b: is not ready: Kubelet stopped posting node status.",
        "failed system pods, kube-apiserver-i-b: is not ready on i-b",
        "failed system pods, kube-controller-manager-i-b: is not ready on i-b",
        "failed system pods, kube-scheduler-i-b: is not ready on i-b",
      ],
    ],
    [
      "kubelet without heartbeat, not yet NotReady",
      { nodes: known(replaced(nodes, "i-worker", { lastHeartbeat: ago(45_000) })) },
      ["failed nodes, i-worker: last heartbeat 45 s ago"],
    ],
    [
      "cordoned node with another version",
      { nodes: known(replaced(nodes, "i-worker", { cordoned: true, version: "v1.35.0" })) },
      ["warning nodes, i-worker: is cordoned", /^warning nodes, i-worker: runs v1\.35\.0 instead of v1\./],
    ],
    [
      "group with a missing instance",
      {
        groups: known(
          replaced(groups, "blue-worker-general", {
            desired: 2,
            instances: [
              { id: "i-worker", state: "InService", healthy: true },
              { id: "i-new", state: "Pending:Wait", healthy: true },
            ],
          }),
        ),
      },
      ["failed nodes, blue-worker-general: has 1 of 2 instances in service (i-new Pending:Wait)"],
    ],
    [
      "instance without a node, and node without an instance",
      { groups: known([...groups.slice(0, 3), group("blue-worker-general", ["i-other"])]) },
      [
        "failed nodes, i-other: is in service in blue-worker-general, but has no node",
        "failed nodes, i-worker: is a node without an instance; last heartbeat 2026-11-21T11:59:55.000Z",
      ],
    ],
    [
      "missing group",
      { groups: known([...groups.slice(1), group("other", ["i-a"])]) },
      ["failed nodes, blue-control-plane-a: Auto Scaling group does not exist; run pulumi up"],
    ],
    [
      "etcd member without leader, with alarm, refused restore, wrong clock and nearly full database",
      { members: known(new Map([...members, ["c", { ...figures, ...unhealthy }]])) },
      [
        "failed etcd, member c: sees no leader, or does not run",
        "failed etcd, member c: has 1 etcd alarms",
        "failed etcd, member c: refuses the restore in the settings",
        "failed etcd, member c: clock is 6 s off",
        "warning etcd, member c: uses 80 % of its quota",
      ],
    ],
    [
      "pod without its image, and new pod",
      {
        pods: known([
          ...pods,
          pod("proxy-1", "kube-proxy", { ready: false, reason: "proxy ImagePullBackOff", created: ago(minute) }),
          pod("job-1", "", { ready: false, priority: "", node: "", created: ago(minute) }),
          pod("job-2", "", { ready: false, succeeded: true }),
        ]),
      },
      [
        "failed system pods, proxy-1: is not ready on i-a: proxy ImagePullBackOff",
        "warning system pods, job-1: is not ready",
      ],
    ],
    [
      "deployment with missing pods",
      { workloads: known([{ name: "coredns", kind: "Deployment", wanted: 2, ready: 1 }]) },
      ["failed system pods, Deployment coredns: has 1 of 2 pods ready"],
    ],
    [
      "names without an address or with a wrong one",
      {
        lookups: [
          known({ ...lookup, addresses: [] }),
          known({ ...lookup, addresses: ["10.0.0.9"], wanted: "10.96.0.1" }),
        ],
      },
      [
        "failed DNS, kubernetes.default.svc.cluster.local from coredns-1: has no address",
        "failed DNS, kubernetes.default.svc.cluster.local from coredns-1: resolves to 10.0.0.9 instead of 10.96.0.1",
      ],
    ],
    ["no CoreDNS pod", { lookups: [] }, ["failed DNS, DNS: no ready CoreDNS pod"]],
    [
      "raised alarm",
      { alarms: known([{ name: "quorum", description: "two members are down" }]) },
      ["failed alarms, quorum: two members are down"],
    ],
    [
      "all sources fail",
      {
        readiness: unknown,
        nodes: unknown,
        pods: unknown,
        workloads: unknown,
        groups: unknown,
        images: unknown,
        members: unknown,
        alarms: unknown,
        certificates: [unknown],
        lookups: [unknown],
        backups: unknown,
      },
      [
        "unknown control plane, API: no answer",
        "unknown etcd, members: no answer",
        "unknown nodes, nodes: no answer",
        "unknown nodes, groups: no answer",
        "unknown images, images: no answer",
        "unknown system pods, pods: no answer",
        "unknown system pods, workloads: no answer",
        "unknown DNS, DNS: no answer",
        "unknown certificates, certificates: no answer",
        "unknown backups, backups: no answer",
        "unknown alarms, alarms: no answer",
      ],
    ],
  ])("%s", (_case, change, expected) => {
    const found = findings(change);
    expect(found).toHaveLength(expected.length);
    for (const [index, text] of expected.entries())
      expect(found[index]).toEqual(expect.stringMatching(text instanceof RegExp ? text : exactly(text)));
  });

  const exactly = (text: string): RegExp => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);

  test("makes the cluster invalid, except for a warning", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Check["verdict"]>("ok", "warning", "failed", "unknown")), (verdicts) => {
        const checks = verdicts.map((verdict): Check => ({ area: "nodes", verdict, subject: "nodes", message: "" }));
        const { valid } = summarize("s", "c", now, checks);
        expect(valid).toBe(!verdicts.includes("failed") && !verdicts.includes("unknown"));
        expect(formatValidation(summarize("s", "c", now, checks)).at(-1)).toMatch(valid ? /is valid/ : /is not valid/);
      }),
    );
  });
});

describe("backups", () => {
  // Scheduled every 15 minutes; 15 more to create, verify and upload the backup.
  test.each([
    [29, []],
    [31, [/^failed backups, backups: newest is 31 min old/]],
  ])("newest is %i minutes old", (age, expected) => {
    const found = findings({ backups: known({ newest: backup(age * minute), clusterCreated: ago(day) }) });
    expect(found).toHaveLength(expected.length);
    if (expected[0]) expect(found[0]).toMatch(expected[0]);
  });

  test.each([
    [5, /^warning backups, backups: none yet: the cluster is 5 min old/],
    [40, /^failed backups, backups: none, schedule/],
  ])("none in a cluster that is %i minutes old", (age, expected) => {
    expect(findings({ backups: known({ newest: undefined, clusterCreated: ago(age * minute) }) })[0]).toMatch(expected);
  });
});

describe("certificates", () => {
  test.each<[CertificateFact["kind"], number, number, string | undefined]>([
    ["authority", 3650, 181, undefined],
    ["authority", 3650, 179, "warning certificates, a authority: expires in 179 days"],
    ["authority", 3650, 29, "failed certificates, a authority: expires in 29 days"],
    ["leaf", 365, 31, undefined],
    ["leaf", 365, 29, "warning certificates, a leaf: expires in 29 days"],
    ["leaf", 365, 6, "failed certificates, a leaf: expires in 6 days"],
    // Short-lived certificates: a tenth of the lifetime is the limit.
    ["leaf", 1, 0.5, undefined],
    ["leaf", 1, 0.09, "failed certificates, a leaf: expires in 2 hours"],
    ["administrator", 7, 2, undefined],
    ["administrator", 7, 0.5, "warning certificates, a administrator: expires in 12 hours"],
    ["administrator", 7, -1, "failed certificates, a administrator: expired 2026-11-20T12:00:00.000Z"],
    ["leaf", 10, 11, "failed certificates, a leaf: is not valid before 2026-11-22T12:00:00.000Z"],
  ])("%s with a lifetime of %d days and %d days left", (kind, lifetime, left, expected) => {
    const found = findings({ certificates: [known([certificate(kind, lifetime * day, left * day)])] });
    expect(found).toEqual(expected === undefined ? [] : [expected]);
  });
});
