/** Workers that go for reasons of AWS's or of a rollout's: their pods are moved first. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Drill, DrillContext } from "../drill";
import { secondsSince } from "../durations";
import { requireCompleteDrain, growPool, shrinkPool, waitForRemoval } from "../pool";
import { waitUntil } from "../rehearsedCluster";
import { otherInstanceType, startRollout } from "../rollout";
import { TerminationHandler } from "../standIns/terminationHandler";
import { listEvictablePods, Workload } from "../workload";

/** Machines that the pool has meanwhile, each with a pod that fits on it alone. */
const size = 2;

async function withPool(
  { cluster, ends }: DrillContext,
  work: (handler: TerminationHandler, workers: readonly string[]) => Promise<void>,
): Promise<void> {
  const handler = await TerminationHandler.start(cluster);
  if (handler === undefined) throw new Error("the plan has no queue of what ends machines");
  try {
    const workers = await growPool(cluster, size + 1);
    const workload = await Workload.start(cluster, size);
    try {
      await work(handler, workers);
      await workload.waitForReadyPods(size, 120_000);
      if (workload.minReady < size - 1)
        throw new Error(`only ${workload.minReady} of ${size} pods were ready in between`);
    } finally {
      await workload.stop();
    }
    await shrinkPool(cluster);
    ends();
  } finally {
    await handler.stop();
  }
}

export const spotInterruption: Drill = {
  name: "spot-interruption",
  what: "EC2 announces that it takes a worker back in two minutes: its node is drained before that, and the group starts another",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 60_000, lost: "none" },
  members: 1,
  inject(scene) {
    const { cluster, begins, log } = scene;
    return withPool(scene, async (handler, workers) => {
      const loads = await Promise.all(workers.map(async (id) => ({ id, pods: await listEvictablePods(cluster, id) })));
      const { id = "" } = loads.toSorted((one, other) => other.pods.length - one.pods.length)[0] ?? {};
      begins();
      const announced = Date.now();
      await cluster.client.interrupt(id);
      await waitUntil("the drain of the node", 115_000, () =>
        Promise.resolve(handler.drains.some(({ instance }) => instance === id)),
      );
      const { pods } = requireCompleteDrain(handler.drains, id);
      log(`${pods} pods were moved ${secondsSince(announced)} s after the announcement`);
      await waitForRemoval(cluster, id, 150_000);
      log(`the machine was gone ${secondsSince(announced)} s after it`);
    });
  },
};

export const poolRefresh: Drill = {
  name: "pool-refresh",
  what: "a new version of a worker pool's launch template: its instance refresh replaces every machine, each after its node was drained",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 60_000, lost: "none" },
  members: 1,
  inject(scene) {
    const { cluster, begins, log } = scene;
    return withPool(scene, async (handler, workers) => {
      const { group } = cluster.worker;
      const type = await cluster.runOn(
        cluster.worker,
        ". /opt/holdfast/current/lib/aws.sh; imds_token; imds instance-type",
      );
      begins();
      const began = Date.now();
      await startRollout(cluster, group, otherInstanceType(type.trim()));
      for (const id of workers) {
        await waitForRemoval(cluster, id, 600_000);
        requireCompleteDrain(handler.drains, id);
        await sleep(500);
      }
      const moved = handler.drains.reduce((sum, { pods }) => sum + pods, 0);
      log(`${workers.length} machines replaced after ${secondsSince(began)} s, ${moved} pods moved before`);
    });
  },
};
