import { parallelDrains } from "../../../components/addons/nodeTerminationHandler/pod.plan";
import { applyChange } from "../applyChange";
import type { LoadedDrill } from "../drill";
import { elapsed } from "../durations";
import { growPool, listPoolInstances, requireCompleteDrain, waitForRemoval } from "../pool";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import { listEvictablePods } from "../workload";

/** Pool that the drill adds and removes, and its machines. The minimum is 0, because a new group has no machine yet. */
const name = "leaving";
const machines = 2;
const pool = { instanceTypes: ["m6i.large"], min: 0, max: machines };

/** Adds the pool. @returns its group */
async function addPool(cluster: RehearsedCluster): Promise<string> {
  await applyChange(cluster, { overrides: { workers: { [name]: pool } } });
  let group: string | undefined;
  await waitUntil("the first machine of the pool", 60_000, async () => {
    const { machines: all } = await cluster.refresh();
    group = all.find((machine) => machine.group.endsWith(`-worker-${name}`))?.group;
    return group !== undefined;
  });
  return group ?? "";
}

/** Moves all pods of the namespace to the nodes that are not listed, by rolling restarts. */
async function movePods(cluster: RehearsedCluster, namespace: string, from: readonly string[]): Promise<void> {
  await cluster.kubectl("cordon", ...from);
  try {
    await cluster.kubectl("-n", namespace, "rollout", "restart", "deployment");
    const deployments = (await cluster.kubectl("-n", namespace, "get", "deployments", "-o", "name")).trim().split("\n");
    for (const deployment of deployments)
      await cluster.kubectl("-n", namespace, "rollout", "status", deployment, "--timeout=180s", "--request-timeout=0");
  } finally {
    await cluster.kubectl("uncordon", ...from);
  }
}

export const removePool: LoadedDrill = {
  name: "remove-pool",
  description:
    "a worker pool that runs all pods under load is removed: with `max: 0` its machines are drained at the same time, within the " +
    "disruption budgets, and end; then the pool leaves the settings",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 60_000, lost: "none" },
  members: 1,
  load: true,
  async inject({ cluster, pool: { workers, namespace, drains }, faultBegins, faultEnds, log }) {
    const group = await addPool(cluster);
    const leaving = await growPool(cluster, machines, group);
    await movePods(cluster, namespace, workers);
    const pods = (await Promise.all(leaving.map((id) => listEvictablePods(cluster, id)))).flat();
    log(
      `${leaving.length} machines of the pool run ${pods.length} pods; at most ${parallelDrains} are drained at a time`,
    );

    faultBegins();
    const began = Date.now();
    await applyChange(cluster, { overrides: { workers: { [name]: { min: 0, max: 0 } } } });
    for (const id of leaving) {
      await waitForRemoval(cluster, id, 300_000);
      requireCompleteDrain(drains, id);
    }
    log(`max: 0: all machines were drained and gone after ${elapsed(began)}`);

    const removed = Date.now();
    const { resources } = await applyChange(cluster, { overrides: { workers: { [name]: undefined } } });
    if (listPoolInstances(cluster, group).length > 0) throw new Error("the removed pool has machines");
    log(`the pool and its ${resources.length} resources were removed in ${elapsed(removed)}`);
    faultEnds();
  },
};
