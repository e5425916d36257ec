/** Nodes against the groups that their machines belong to. Pure. */

import type { ClusterSpec } from "../../components/clusterSpec";
import { controlPlaneMembers, etcdMembers } from "../../components/etcd/members.plan";
import { groupsOf } from "../../components/workers/pools.plan";
import type { Facts, GroupFact, NodeFact } from "./facts";
import { checksOf, orSummary } from "./result";
import type { Check } from "./result";

const area = "nodes";

/** kubelet gives a sign of life every ten seconds; four lost ones make a node not ready. */
const silentMs = 40_000;

export function checkNodes(spec: ClusterSpec, { nodes, groups, now }: Facts): readonly Check[] {
  const wrongNodes = checksOf(area, area, nodes, (all) => all.flatMap((node) => judgeNode(spec, node, now)));
  const wrongGroups = checksOf(area, "groups", groups, (all) => [
    ...absentGroups(spec, all),
    ...all.flatMap((group) => judgeGroup(group, nodes.known ? nodes.value : undefined)),
    ...strays(all, nodes.known ? nodes.value : []),
  ]);
  const count = nodes.known ? nodes.value.length : 0;
  const groupCount = groups.known ? groups.value.length : 0;
  return orSummary(area, [...wrongNodes, ...wrongGroups], `${count} ready, as the ${groupCount} groups want them`);
}

function judgeNode({ kubernetesVersion }: ClusterSpec, node: NodeFact, now: Date): readonly Check[] {
  const { name: subject, ready, reason, seen, cordoned, version } = node;
  if (!ready) return [{ area, verdict: "failed", subject, message: `is not ready: ${reason}` }];
  if (seen !== undefined && now.getTime() - seen.getTime() > silentMs) {
    const seconds = Math.round((now.getTime() - seen.getTime()) / 1000);
    return [{ area, verdict: "failed", subject, message: `has given no sign of life for ${seconds} s` }];
  }
  return [
    ...(cordoned ? [{ area, verdict: "warning", subject, message: "takes no new pods (cordoned)" } as const] : []),
    ...(version === `v${kubernetesVersion}`
      ? []
      : [{ area, verdict: "warning", subject, message: `runs ${version}, not v${kubernetesVersion}` } as const]),
  ];
}

/** Names of the groups that the settings ask for. */
function wantedGroups(spec: ClusterSpec): readonly string[] {
  return [
    ...controlPlaneMembers(spec).map(({ name }) => `${spec.name}-control-plane-${name}`),
    ...(spec.etcd.topology === "external" ? etcdMembers(spec).map(({ name }) => `${spec.name}-etcd-${name}`) : []),
    ...Object.keys(spec.workers).flatMap((pool) => groupsOf(spec, pool).map(({ groupName }) => groupName)),
  ];
}

function absentGroups(spec: ClusterSpec, groups: readonly GroupFact[]): readonly Check[] {
  return wantedGroups(spec)
    .filter((name) => !groups.some((group) => group.name === name))
    .map((subject) => ({
      area,
      verdict: "failed",
      subject,
      message: "does not exist: pulumi up has not been run, or the settings have changed",
    }));
}

function judgeGroup(group: GroupFact, nodes: readonly NodeFact[] | undefined): readonly Check[] {
  const { name: subject, desired, machines } = group;
  const serving = machines.filter(({ state, healthy }) => state === "InService" && healthy);
  const others = machines.filter((machine) => !serving.includes(machine) && !machine.state.startsWith("Warmed"));
  const short: readonly Check[] =
    serving.length >= desired
      ? []
      : [
          {
            area,
            verdict: "failed",
            subject,
            message: `has ${serving.length} of ${desired} machines in service${describeOthers(others)}`,
          },
        ];
  // Machines of etcd alone are no nodes; what the API does not tell, nobody knows.
  if (group.role === "etcd" || nodes === undefined) return short;
  const strangers = serving.filter(({ id }) => !nodes.some((node) => node.name === id));
  return [
    ...short,
    ...strangers.map(({ id }): Check => ({
      area,
      verdict: "failed",
      subject: id,
      message: `is in service in ${subject}, but no node`,
    })),
  ];
}

function describeOthers(machines: GroupFact["machines"]): string {
  if (machines.length === 0) return "";
  return ` (${machines.map(({ id, state, healthy }) => `${id} ${state}${healthy ? "" : ", unhealthy"}`).join("; ")})`;
}

/** Nodes without a machine: the cloud controller removes them within a minute or so. */
function strays(groups: readonly GroupFact[], nodes: readonly NodeFact[]): readonly Check[] {
  const ids = new Set(groups.flatMap(({ machines }) => machines.map(({ id }) => id)));
  return nodes
    .filter(({ name }) => !ids.has(name))
    .map(({ name, seen }) => ({
      area,
      verdict: "failed",
      subject: name,
      message: `is a node, but no group has that machine${seen ? `; last sign of life ${seen.toISOString()}` : ""}`,
    }));
}
