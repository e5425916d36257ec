import fc from "fast-check";

import type { Backup } from "../../operations/etcd/backups";
import type { CertificateFact, Facts, GroupFact, NodeFact, PodFact } from "../../operations/validate/facts";
import { checkFacts } from "../../operations/validate/checkFacts";
import { areas, describe as tell, summarize } from "../../operations/validate/result";
import type { FetchResult, Check } from "../../operations/validate/result";
import { specOf } from "../specs";

const now = new Date("2026-11-21T12:00:00Z");
const minute = 60_000;
const day = 1440 * minute;
const ago = (ms: number): Date => new Date(now.getTime() - ms);

const spec = specOf({ name: "blue", workers: { general: { min: 1, max: 3 } } });
const known = <T>(value: T): FetchResult<T> => ({ known: true, value });
const unknown: FetchResult<never> = { known: false, problem: "nobody answers" };

const letters = ["a", "b", "c"];
const node = (name: string, change: Partial<NodeFact> = {}): NodeFact => ({
  name,
  ready: true,
  reason: "",
  version: `v${spec.kubernetesVersion}`,
  controlPlane: name !== "i-worker",
  cordoned: false,
  seen: ago(5000),
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
  min: 1,
  max: 3,
  machines: ids.map((id) => ({ id, state: "InService", healthy: true })),
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

const nodes = [...letters.map((letter) => node(`i-${letter}`)), node("i-worker")];
const pods = [
  ...["kube-apiserver", "kube-controller-manager", "kube-scheduler"].flatMap((component) =>
    letters.map((letter) => pod(`${component}-i-${letter}`, component)),
  ),
  pod("coredns-1", "kube-dns"),
];
const groups = [
  ...letters.map((letter) => group(`blue-control-plane-${letter}`, [`i-${letter}`])),
  group("blue-worker-general", ["i-worker"]),
];
const size = { DatabaseSizeBytes: 10, DatabaseQuotaBytes: 100 };
const figures = { EtcdHasLeader: 1, EtcdAlarms: 0, RestoreRefused: 0, ClockOffsetSeconds: 5, ...size };
const unwell = { EtcdHasLeader: 0, EtcdAlarms: 1, RestoreRefused: 1, ClockOffsetSeconds: 6, DatabaseSizeBytes: 80 };
const members = new Map(letters.map((letter) => [letter, figures]));
const lookup = { name: "kubernetes.default.svc.cluster.local", server: "coredns-1", addresses: ["10.96.0.1"] };

/** A cluster in which all is well, but for `change`. */
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
  members: known(members),
  alarms: known([]),
  certificates: [known([certificate("authority", 3650 * day, 3000 * day), certificate("leaf", 365 * day, 300 * day)])],
  lookups: [known({ ...lookup, wanted: "10.96.0.1" })],
  backups: known({ newest: backup(10 * minute), founded: ago(day) }),
  ...change,
});

/** `verdict area subject: message` of all that is not well. */
const wrong = (change: Partial<Facts>): readonly string[] =>
  checkFacts(spec, facts(change))
    .filter(({ verdict }) => verdict !== "ok")
    .map(({ verdict, area, subject, message }) => `${verdict} ${area}, ${subject}: ${message}`);

const replaced = <T extends { name: string }>(all: readonly T[], name: string, change: Partial<T>): readonly T[] =>
  all.map((one) => (one.name === name ? { ...one, ...change } : one));

describe("a cluster in which all is well", () => {
  const checks = checkFacts(spec, facts());

  test("has one line for each area", () => {
    expect(checks.map(({ area, verdict }) => [area, verdict])).toEqual(areas.map((area) => [area, "ok"]));
  });

  test("is told so, with figures", () => {
    expect(tell(summarize("staging", "blue", now, checks))).toEqual([
      "control plane  ✓ 3 of 3 members ready",
      "etcd           ✓ 3 of 3 members see a leader",
      "nodes          ✓ 4 ready, as the 4 groups want them",
      "system pods    ✓ 10 in kube-system, all ready",
      "DNS            ✓ 1 names resolved by coredns-1",
      "certificates   ✓ 2 looked at; the first to expire is a leaf, in 300 days",
      "backups        ✓ the newest is 10 min old, of revision 700; scheduled *:0/15",
      "alarms         ✓ none is raised",
      "",
      "Cluster blue is valid",
    ]);
  });
});

describe("what is wrong", () => {
  test.each<[string, Partial<Facts>, readonly (string | RegExp)[]]>([
    [
      "a check of the API server",
      { readiness: known([{ name: "etcd", ok: false }]) },
      ["failed control plane, API: etcd is not ready", "failed etcd, etcd: the API server cannot reach it"],
    ],
    [
      "a control plane that is off",
      {
        nodes: known(replaced(nodes, "i-b", { ready: false, reason: "Kubelet stopped posting node status." })),
        pods: known(pods.map((one) => (one.name.endsWith("i-b") ? { ...one, ready: false, node: "i-b" } : one))),
        members: known(new Map([...members].filter(([letter]) => letter !== "b"))),
      },
      [
        "failed control plane, kube-apiserver: 2 of 3 are ready",
        "failed control plane, kube-controller-manager: 2 of 3 are ready",
        "failed control plane, kube-scheduler: 2 of 3 are ready",
        "failed etcd, member b: has been silent for minutes",
        "failed nodes, i-b: is not ready: Kubelet stopped posting node status.",
        "failed system pods, kube-apiserver-i-b: is not ready on i-b",
        "failed system pods, kube-controller-manager-i-b: is not ready on i-b",
        "failed system pods, kube-scheduler-i-b: is not ready on i-b",
      ],
    ],
    [
      "a kubelet that has died without anybody noticing yet",
      { nodes: known(replaced(nodes, "i-worker", { seen: ago(45_000) })) },
      ["failed nodes, i-worker: has given no sign of life for 45 s"],
    ],
    [
      "a cordoned node of another version",
      { nodes: known(replaced(nodes, "i-worker", { cordoned: true, version: "v1.35.0" })) },
      ["warning nodes, i-worker: takes no new pods (cordoned)", /^warning nodes, i-worker: runs v1\.35\.0, not v1\./],
    ],
    [
      "a group that is short of a machine",
      {
        groups: known(
          replaced(groups, "blue-worker-general", {
            desired: 2,
            machines: [
              { id: "i-worker", state: "InService", healthy: true },
              { id: "i-new", state: "Pending:Wait", healthy: true },
            ],
          }),
        ),
      },
      ["failed nodes, blue-worker-general: has 1 of 2 machines in service (i-new Pending:Wait)"],
    ],
    [
      "a machine that is no node, and a node without a machine",
      { groups: known([...groups.slice(0, 3), group("blue-worker-general", ["i-other"])]) },
      [
        "failed nodes, i-other: is in service in blue-worker-general, but no node",
        "failed nodes, i-worker: is a node, but no group has that machine; last sign of life 2026-11-21T11:59:55.000Z",
      ],
    ],
    [
      "a group that is not there",
      { groups: known([...groups.slice(1), group("other", ["i-a"])]) },
      ["failed nodes, blue-control-plane-a: does not exist: pulumi up has not been run, or the settings have changed"],
    ],
    [
      "a member of etcd that sees no leader, has an alarm, refuses a restore, is off the time and nearly full",
      { members: known(new Map([...members, ["c", { ...figures, ...unwell }]])) },
      [
        "failed etcd, member c: sees no leader, or does not run",
        "failed etcd, member c: has 1 alarms of its own",
        "failed etcd, member c: refuses the restore that the settings order",
        "failed etcd, member c: has a clock that is 6 s off",
        "warning etcd, member c: uses 80 % of its quota",
      ],
    ],
    [
      "a pod that waits for its image, and one that has only just been made",
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
      "a deployment that is short of pods",
      { workloads: known([{ name: "coredns", kind: "Deployment", wanted: 2, ready: 1 }]) },
      ["failed system pods, Deployment coredns: has 1 of 2 pods ready"],
    ],
    [
      "names that do not resolve, or to something else",
      {
        lookups: [
          known({ ...lookup, addresses: [] }),
          known({ ...lookup, addresses: ["10.0.0.9"], wanted: "10.96.0.1" }),
        ],
      },
      [
        "failed DNS, kubernetes.default.svc.cluster.local from coredns-1: has no address",
        "failed DNS, kubernetes.default.svc.cluster.local from coredns-1: is 10.0.0.9, and should be 10.96.0.1",
      ],
    ],
    ["no DNS at all", { lookups: [] }, ["failed DNS, DNS: there is no CoreDNS pod that could be asked"]],
    [
      "an alarm",
      { alarms: known([{ name: "quorum", description: "two are away" }]) },
      ["failed alarms, quorum: two are away"],
    ],
    [
      "that nobody can be asked",
      {
        readiness: unknown,
        nodes: unknown,
        pods: unknown,
        workloads: unknown,
        groups: unknown,
        members: unknown,
        alarms: unknown,
        certificates: [unknown],
        lookups: [unknown],
        backups: unknown,
      },
      [
        "unknown control plane, API: nobody answers",
        "unknown etcd, members: nobody answers",
        "unknown nodes, nodes: nobody answers",
        "unknown nodes, groups: nobody answers",
        "unknown system pods, pods: nobody answers",
        "unknown system pods, workloads: nobody answers",
        "unknown DNS, DNS: nobody answers",
        "unknown certificates, certificates: nobody answers",
        "unknown backups, backups: nobody answers",
        "unknown alarms, alarms: nobody answers",
      ],
    ],
  ])("%s", (_what, change, expected) => {
    const found = wrong(change);
    expect(found).toHaveLength(expected.length);
    for (const [index, text] of expected.entries())
      expect(found[index]).toEqual(expect.stringMatching(text instanceof RegExp ? text : exactly(text)));
  });

  const exactly = (text: string): RegExp => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);

  test("makes the cluster invalid, and a warning does not", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Check["verdict"]>("ok", "warning", "failed", "unknown")), (verdicts) => {
        const checks = verdicts.map((verdict): Check => ({ area: "nodes", verdict, subject: "nodes", message: "" }));
        const { valid } = summarize("s", "c", now, checks);
        expect(valid).toBe(!verdicts.includes("failed") && !verdicts.includes("unknown"));
        expect(tell(summarize("s", "c", now, checks)).at(-1)).toMatch(valid ? /is valid/ : /is not valid/);
      }),
    );
  });
});

describe("backups", () => {
  // Every 15 minutes, and a quarter of an hour for the making.
  test.each([
    [29, []],
    [31, [/^failed backups, backups: the newest is 31 min old/]],
  ])("that are %i minutes old", (age, expected) => {
    const found = wrong({ backups: known({ newest: backup(age * minute), founded: ago(day) }) });
    expect(found).toHaveLength(expected.length);
    if (expected[0]) expect(found[0]).toMatch(expected[0]);
  });

  test.each([
    [5, /^warning backups, backups: there is none yet: the cluster is 5 min old/],
    [40, /^failed backups, backups: there is none, scheduled/],
  ])("that are not there in a cluster of %i minutes", (age, expected) => {
    expect(wrong({ backups: known({ newest: undefined, founded: ago(age * minute) }) })[0]).toMatch(expected);
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
    // A tenth of its life where that is less: one of a day has never a week left.
    ["leaf", 1, 0.5, undefined],
    ["leaf", 1, 0.09, "failed certificates, a leaf: expires in 2 hours"],
    ["administrator", 7, 2, undefined],
    ["administrator", 7, 0.5, "warning certificates, a administrator: expires in 12 hours"],
    ["administrator", 7, -1, "failed certificates, a administrator: expired 2026-11-20T12:00:00.000Z"],
    ["leaf", 10, 11, "failed certificates, a leaf: is good only from 2026-11-22T12:00:00.000Z on"],
  ])("%s of %d days with %d left", (kind, life, left, expected) => {
    const found = wrong({ certificates: [known([certificate(kind, life * day, left * day)])] });
    expect(found).toEqual(expected === undefined ? [] : [expected]);
  });
});
