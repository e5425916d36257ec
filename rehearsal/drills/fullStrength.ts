/** Full strength of a cluster: every machine, API server and node ready, every etcd member voting and healthy. */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../cli/program";
import { formatSeconds } from "./durations";
import { isReady, type RehearsedCluster } from "./rehearsedCluster";

/** Missing parts; none at full strength. */
export async function missing(cluster: RehearsedCluster): Promise<string[]> {
  const { machines } = await cluster.refresh();
  const notReady = machines.filter(({ ready }) => !ready).map(({ name, stage }) => `${name} (${stage})`);
  if (notReady.length > 0) return notReady;
  const missingParts = [missingApiServers(cluster), missingNodes(cluster), missingMembers(cluster)];
  return (await Promise.all(missingParts)).flat();
}

/** API servers that are not ready: the load balancer hides them, and a node can be Ready before its API server. */
async function missingApiServers(cluster: RehearsedCluster): Promise<string[]> {
  const ready = 'curl -qsfk -m 2 -o /dev/null "https://127.0.0.1:$(cluster .api.port)/readyz" && echo ready';
  const answers = await Promise.all(
    cluster.controlPlaneMachines.map(async (machine) => ({
      name: machine.name,
      answer: await cluster.runWithLibraries(machine, `${ready} || true`),
    })),
  );
  return answers.filter(({ answer }) => answer !== "ready").map(({ name }) => `API server of ${name}`);
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
      .map((name) => `machine of node ${name}`),
  ];
}

async function missingMembers(cluster: RehearsedCluster): Promise<string[]> {
  const { memberNames } = cluster;
  const [first = "a"] = memberNames;
  // JSON.parse rounds member ids, which have 64 bits; nothing here reads them.
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

/** Waits for full strength. @returns its time in ms since the epoch. @throws with the missing parts after the timeout. */
export async function waitForFullStrength(cluster: RehearsedCluster, timeoutMs: number): Promise<number> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const parts = await missing(cluster).catch((error: unknown) => [messageOf(error).slice(0, 200)]);
    if (parts.length === 0) return Date.now();
    if (Date.now() > deadline) throw new Error(`missing after ${formatSeconds(timeoutMs, 0)}: ${parts.join("; ")}`);
    await sleep(500);
  }
}
