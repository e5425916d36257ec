/** Checks of nodes and the Auto Scaling groups of their instances. Pure. */
import type { ClusterSpec } from "../../components/clusterSpec";
import { memberGroupNames } from "../../components/machines/autoScalingGroup.plan";
import { groupsOf } from "../../components/workers/pools.plan";
import type { Facts, GroupFact, NodeFact } from "./facts";
import { type Check, checksOf, inArea, orSummary } from "./result";

const { area, failed, warning } = inArea("nodes");

/** kubelet renews its lease every ten seconds; Kubernetes marks a node NotReady after four missed renewals. */
const heartbeatLimitMs = 40_000;

export function checkNodes(spec: ClusterSpec, { nodes, groups, now }: Facts): readonly Check[] {
  const nodeChecks = checksOf(area, area, nodes, (all) => all.flatMap((node) => checkNode(spec, node, now)));
  const groupChecks = checksOf(area, "groups", groups, (all) => [
    ...missingGroups(spec, all),
    ...all.flatMap((group) => checkGroup(group, nodes.known ? nodes.value : undefined)),
    ...nodesWithoutInstance(all, nodes.known ? nodes.value : []),
  ]);
  const [nodeCount, groupCount] = [nodes, groups].map((fact) => (fact.known ? fact.value.length : 0));
  return orSummary(area, [...nodeChecks, ...groupChecks], `${nodeCount ?? 0} ready in ${groupCount ?? 0} groups`);
}

function checkNode(spec: ClusterSpec, node: NodeFact, now: Date): readonly Check[] {
  const { name, ready, reason, lastHeartbeat, cordoned, version } = node;
  if (!ready) return [failed(name, `is not ready: ${reason}`)];
  const silentMs = now.getTime() - (lastHeartbeat ?? now).getTime();
  if (silentMs > heartbeatLimitMs) return [failed(name, `last heartbeat ${Math.round(silentMs / 1000)} s ago`)];
  const wanted = versionOfNode(spec, node);
  return [
    ...(cordoned ? [warning(name, "is cordoned")] : []),
    ...(version === `v${wanted}` ? [] : [warning(name, `runs ${version} instead of v${wanted}`)]),
  ];
}

/** Kubernetes version of a node in the settings, without `v`. */
export const versionOfNode = (
  { kubernetesVersion, workers }: Pick<ClusterSpec, "kubernetesVersion" | "workers">,
  { pool = "" }: NodeFact,
): string => workers[pool]?.kubernetesVersion ?? kubernetesVersion;

/** Names of the groups that the settings require. */
function requiredGroups(spec: ClusterSpec): readonly string[] {
  return [
    ...memberGroupNames(spec),
    ...Object.keys(spec.workers).flatMap((pool) => groupsOf(spec, pool).map(({ groupName }) => groupName)),
  ];
}

function missingGroups(spec: ClusterSpec, groups: readonly GroupFact[]): readonly Check[] {
  return requiredGroups(spec)
    .filter((name) => !groups.some((group) => group.name === name))
    .map((name) => failed(name, "Auto Scaling group does not exist; run pulumi up"));
}

function checkGroup({ name, role, desired, instances }: GroupFact, nodes: readonly NodeFact[] | undefined): Check[] {
  const inService = instances.filter(({ state, healthy }) => state === "InService" && healthy);
  const others = instances.filter((each) => !inService.includes(each) && !each.state.startsWith("Warmed"));
  const checks: Check[] = [];
  if (inService.length < desired) {
    const states = others.map(({ id, state, healthy }) => `${id} ${state}${healthy ? "" : ", unhealthy"}`).join("; ");
    const detail = states === "" ? "" : ` (${states})`;
    checks.push(failed(name, `has ${inService.length} of ${desired} instances in service${detail}`));
  }
  // Instances of external etcd are not nodes.
  if (role === "etcd" || nodes === undefined) return checks;
  const missing = inService.filter(({ id }) => !nodes.some((node) => node.name === id));
  return [...checks, ...missing.map(({ id }) => failed(id, `is in service in ${name}, but has no node`))];
}

/** The cloud controller removes these nodes within about a minute. */
function nodesWithoutInstance(groups: readonly GroupFact[], nodes: readonly NodeFact[]): readonly Check[] {
  const ids = new Set(groups.flatMap(({ instances }) => instances.map(({ id }) => id)));
  return nodes
    .filter(({ name }) => !ids.has(name))
    .map(({ name, lastHeartbeat }) => {
      const detail = lastHeartbeat ? `; last heartbeat ${lastHeartbeat.toISOString()}` : "";
      return failed(name, `is a node without an instance${detail}`);
    });
}
