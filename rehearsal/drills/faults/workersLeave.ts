/** Planned terminations of workers, by AWS or by a rollout: their pods move before, and no request fails. */
import { setTimeout as sleep } from "node:timers/promises";
import type { DrillLimits, LoadedDrill } from "../drill";
import { elapsed } from "../durations";
import { requireCompleteDrain, waitForRemoval } from "../pool";
import { waitUntil } from "../rehearsedCluster";
import { otherInstanceType, startRollout } from "../rollout";
import { listEvictablePods } from "../workload";

const limits: DrillLimits = { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 60_000, lost: "none" };

export const spotInterruption: LoadedDrill = {
  name: "spot-interruption",
  description:
    "EC2 announces a spot interruption of a worker with two minutes' notice: the machine's node is drained before the interruption, " +
    "and the group starts another machine",
  limits,
  members: 1,
  load: true,
  async inject({ cluster, pool, faultBegins, log }) {
    const loads = await Promise.all(
      pool.workers.map(async (id) => ({ id, pods: await listEvictablePods(cluster, id) })),
    );
    const { id = "" } = loads.toSorted((one, other) => other.pods.length - one.pods.length)[0] ?? {};
    faultBegins();
    const announced = Date.now();
    await cluster.client.interrupt(id);
    await waitUntil("the drain of the node", 115_000, () =>
      Promise.resolve(pool.drains.some(({ instance }) => instance === id)),
    );
    const { pods } = requireCompleteDrain(pool.drains, id);
    log(`${pods} pods evicted ${elapsed(announced)} after the announcement`);
    await waitForRemoval(cluster, id, 150_000);
    log(`the machine was gone ${elapsed(announced)} after the announcement`);
  },
};

export const poolRefresh: LoadedDrill = {
  name: "pool-refresh",
  description:
    "the launch template of a worker pool has a new version: its instance refresh replaces every machine, each after its node was " +
    "drained",
  limits,
  members: 1,
  load: true,
  async inject({ cluster, pool, faultBegins, log }) {
    const { group } = cluster.worker;
    const type = await cluster.runOn(
      cluster.worker,
      ". /opt/holdfast/current/lib/aws.sh; imds_token; imds instance-type",
    );
    faultBegins();
    const began = Date.now();
    await startRollout(cluster, group, { instanceType: otherInstanceType(type.trim()) });
    for (const id of pool.workers) {
      await waitForRemoval(cluster, id, 600_000);
      requireCompleteDrain(pool.drains, id);
      await sleep(500);
    }
    const evicted = pool.drains.reduce((sum, { pods }) => sum + pods, 0);
    log(`${pool.workers.length} machines replaced after ${elapsed(began)}, ${evicted} pods evicted before`);
  },
};
