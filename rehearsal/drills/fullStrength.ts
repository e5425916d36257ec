/** Whether a cluster is whole: every machine there, every member of etcd voting and healthy, every node Ready. */
import { setTimeout as sleep } from "node:timers/promises";
import { isReady, type RehearsedCluster } from "./rehearsedCluster";

/** What is missing; nothing: full strength. */
export async function missing(cluster: RehearsedCluster): Promise<string[]> {
  const { machines } = await cluster.refresh();
  const unready = machines.filter(({ ready }) => !ready).map(({ name, stage }) => `${name} (${stage})`);
  if (unready.length > 0) return unready;
  const [nodes, etcd] = await Promise.all([missingNodes(cluster), missingMembers(cluster)]);
  return [...nodes, ...etcd];
}

async function missingNodes(cluster: RehearsedCluster): Promise<string[]> {
  const wanted = new Set(cluster.status.machines.filter(({ role }) => role !== "etcd").map(({ id }) => id));
  const nodes = await cluster.list("nodes");
  const ready = new Set(nodes.filter(isReady).map(({ metadata }) => metadata.name));
  return [
    ...[...wanted].filter((id) => !ready.has(id)).map((id) => `node ${id}`),
    ...nodes
      .map(({ metadata }) => metadata.name)
      .filter((name) => !wanted.has(name))
      .map((name) => `no machine behind node ${name}`),
  ];
}

async function missingMembers(cluster: RehearsedCluster): Promise<string[]> {
  const { memberNames } = cluster;
  const [first = "a"] = memberNames;
  // Members' ids have more digits than a number here: none is looked at.
  const { members } = JSON.parse(await cluster.runOnMember(first, "etcdctl member list -w json 2>/dev/null")) as {
    members: { name?: string; isLearner?: boolean }[];
  };
  const voting = new Set(members.filter(({ isLearner }) => isLearner !== true).map(({ name = "" }) => name));
  const health = JSON.parse(
    await cluster.runOnMember(first, "etcdctl endpoint health --cluster -w json 2>/dev/null || true"),
  ) as { endpoint: string; health: boolean }[];
  return [
    ...memberNames.filter((member) => !voting.has(member)).map((member) => `vote of member ${member}`),
    ...(members.length === memberNames.length ? [] : [`${members.length} members instead of ${memberNames.length}`]),
    ...health.filter((each) => !each.health).map(({ endpoint }) => `health of ${endpoint}`),
    ...(health.length === memberNames.length ? [] : ["health of every member"]),
  ];
}

/**
 * Waits for full strength; resolves with the time in ms since the epoch at which it was there.
 * @throws with what is missing when the time is over.
 */
export async function waitForFullStrength(cluster: RehearsedCluster, timeoutMs: number): Promise<number> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const lacking = await missing(cluster).catch((error: unknown) => [
      error instanceof Error ? error.message.slice(0, 200) : String(error),
    ]);
    if (lacking.length === 0) return Date.now();
    if (Date.now() > deadline) throw new Error(`after ${timeoutMs / 1000} s still missing: ${lacking.join("; ")}`);
    await sleep(500);
  }
}
