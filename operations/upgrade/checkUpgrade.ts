/** Readiness of a cluster for another Kubernetes version. Pure. */
import { SemVer } from "semver";

import { versionRefusal } from "../../components/changes/versionChanges.plan";
import type { ClusterSpec } from "../../components/clusterSpec";
import { minorOf } from "../../components/node/kubernetesVersions.plan";
import { describeAge } from "../etcd/backups";
import type { MemberMetrics } from "../etcd/status";
import { versionOfNode } from "../validate/checkNodes";
import type { NodeFact } from "../validate/facts";
import type { FetchResult } from "../validate/result";
import type { BudgetFact, DeprecatedApiFact, UpgradeFacts, WebhookFact } from "./facts";

/** `blocking`: the upgrade would fail, stop or lose data; `unknown`: could not be checked, which counts as blocking. */
export type Verdict = "ok" | "advisory" | "blocking" | "unknown";

export interface Finding {
  readonly verdict: Verdict;
  /** Area of the check. */
  readonly area: string;
  /** Reason, and what to do. */
  readonly message: string;
}

/** Verdict and message; the area is that of the check. */
type Problem = readonly ["advisory" | "blocking", message: string];

/** Share of the quota, in percent, above which etcd may stop accepting writes during the rollout. */
const quotaLimit = 80;
const hourMs = 3600_000;
/** Kubelets may be three minors older than the API server (https://kubernetes.io/releases/version-skew-policy/). */
const kubeletSkew = 3;

/** Versions of a cluster before and after an upgrade. */
export interface Upgrade {
  /** Version of the API server that answered. */
  readonly from: string;
  readonly to: string;
  /** Pools and their versions in the stack file. */
  readonly settings: Pick<ClusterSpec, "kubernetesVersion" | "workers">;
}

/** Findings by area; an area without a problem has one with verdict `ok`. */
export function checkUpgrade(upgrade: Upgrade, facts: UpgradeFacts): readonly Finding[] {
  const { to } = upgrade;
  const { nodes, deprecatedApis, webhooks, budgets, members, backups } = facts;
  return [
    ...findings("version", checkVersion(upgrade)),
    ...findings("settings", checkSettings(facts)),
    ...fetched("nodes", nodes, (all) => all.flatMap((node) => checkNode(upgrade, node))),
    ...fetched("removed APIs", deprecatedApis, (all) => all.map((api) => checkApi(to, api))),
    ...fetched("webhooks", webhooks, (all) => all.flatMap(checkWebhook)),
    ...fetched("disruption budgets", budgets, (all) => all.flatMap(checkBudget)),
    ...fetched("etcd", members, (all) => [...all].flatMap(([name, metrics]) => checkMember(name, metrics))),
    ...fetched("backup", backups, ([newest]) => checkBackup(newest?.taken, facts.now)),
  ];
}

export const isBlocked = (all: readonly Finding[]): boolean =>
  all.some(({ verdict }) => verdict === "blocking" || verdict === "unknown");

function findings(area: string, problems: readonly Problem[]): readonly Finding[] {
  if (problems.length === 0) return [{ verdict: "ok", area, message: "no problem found" }];
  return problems.map(([verdict, message]) => ({ verdict, area, message }));
}

function fetched<T>(area: string, result: FetchResult<T>, check: (value: T) => readonly Problem[]): readonly Finding[] {
  return result.known ? findings(area, check(result.value)) : [{ verdict: "unknown", area, message: result.problem }];
}

function checkVersion({ from, to, settings }: Upgrade): readonly Problem[] {
  const pools = Object.entries(settings.workers).map(([name, { kubernetesVersion }]) => {
    // A pool without its own version has the cluster's, of which the stack file may already have the next one.
    const own = kubernetesVersion === settings.kubernetesVersion ? from : kubernetesVersion;
    return [name, { kubernetesVersion: own }] as const;
  });
  const refusal = versionRefusal({ kubernetesVersion: from, pools: Object.fromEntries(pools) }, to);
  return refusal === undefined ? [] : [["blocking", refusal]];
}

const checkSettings = ({ settings }: UpgradeFacts): readonly Problem[] =>
  settings.map(({ path, message }) => ["blocking", `${path}: ${message}`]);

function checkNode({ from, to, settings }: Upgrade, node: NodeFact): readonly Problem[] {
  const { name, ready, version, cordoned, pool } = node;
  if (!ready) return [["blocking", `${name} is not ready; repair or replace it first`]];
  const skew = new SemVer(to).minor - new SemVer(version).minor;
  if (skew < 0) return [["blocking", `${name} runs kubelet ${version}, newer than ${to}; replace it first`]];
  if (skew > kubeletSkew) {
    const limit = `${minorOf(to)} supports kubelets that are at most ${kubeletSkew} minor versions older`;
    return [["blocking", `${name} runs kubelet ${version}, and ${limit}; replace it first`]];
  }
  // A pool may stay at its version; the stack file may already have the next one.
  const pinned = versionOfNode(settings, node);
  const expected = version === `v${from}` || (pinned !== settings.kubernetesVersion && version === `v${pinned}`);
  const unless = pool === undefined ? "" : `, unless workers.${pool}.kubernetesVersion is ${version.replace(/^v/, "")}`;
  return [
    ...(expected
      ? []
      : [
          [
            "advisory",
            `${name} runs ${version} instead of v${from}; finish the current rollout first${unless}`,
          ] as const,
        ]),
    ...(cordoned ? [["advisory", `${name} is cordoned; uncordon or replace it`] as const] : []),
  ];
}

function checkApi(to: string, { name, removedIn }: DeprecatedApiFact): Problem {
  const text = `clients request ${name}, which Kubernetes ${removedIn} does not serve;`;
  if (new SemVer(`${removedIn}.0`).compare(`${minorOf(to)}.0`) > 0) {
    return ["advisory", `${text} update its clients before that version`];
  }
  return ["blocking", `${text} find its clients in the audit log (annotation k8s.io/removed-release) and update them`];
}

function checkWebhook({ name, service, ready, coversSystem }: WebhookFact): readonly Problem[] {
  if (service !== undefined && ready !== true) {
    return [
      [
        "blocking",
        `${name}: Service ${service} has no ready endpoint, so that requests fail; repair it, or delete the configuration`,
      ],
    ];
  }
  if (!coversSystem) return [];
  return [["advisory", `${name} covers pods in kube-system, and could keep them from starting; exclude the namespace`]];
}

function checkBudget({ name, pods, required, healthy }: BudgetFact): readonly Problem[] {
  if (required >= pods) {
    return [
      [
        "blocking",
        `${name} never allows an eviction: ${required} of ${pods} pods must stay; add a replica, or allow one unavailable pod`,
      ],
    ];
  }
  if (healthy > required) return [];
  return [
    [
      "advisory",
      `${name} allows no eviction now: ${healthy} of ${pods} pods are healthy, ${required} must stay; repair the others first`,
    ],
  ];
}

function checkMember(name: string, metrics: MemberMetrics): readonly Problem[] {
  const { EtcdHasLeader, EtcdAlarms = 0, DatabaseSizeBytes = 0, DatabaseQuotaBytes } = metrics;
  if (EtcdHasLeader !== 1) {
    return [["blocking", `member ${name} sees no leader, or publishes no metrics; repair it first (docs/etcd.md)`]];
  }
  if (EtcdAlarms > 0) return [["blocking", `member ${name} has an etcd alarm; clear it first (docs/etcd.md)`]];
  const share = DatabaseQuotaBytes ? (DatabaseSizeBytes / DatabaseQuotaBytes) * 100 : 0;
  if (share < quotaLimit) return [];
  return [
    [
      "blocking",
      `member ${name} uses ${Math.round(share)} % of its quota; delete objects, or raise etcd.maintenance.quotaBytes first`,
    ],
  ];
}

/** Without a recent backup there is no way back from a failed upgrade. */
function checkBackup(taken: Date | undefined, now: Date): readonly Problem[] {
  if (taken === undefined) return [["blocking", "no backup exists; repair the backups first (docs/etcd.md)"]];
  const age = now.getTime() - taken.getTime();
  if (age <= hourMs) return [];
  const text = `the newest backup is ${describeAge(taken, now)} old, and a restore would lose all later writes`;
  return [
    [age > 24 * hourMs ? "blocking" : "advisory", `${text}; make one first: run etcd-backup --always on a member`],
  ];
}
