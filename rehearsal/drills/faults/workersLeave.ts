/** Planned terminations of workers, by AWS or by a rollout: their pods move before. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Drill, DrillContext, DrillLimits } from "../drill";
import { elapsed } from "../durations";
import { growPool, requireCompleteDrain, shrinkPool, waitForRemoval } from "../pool";
import { waitUntil } from "../rehearsedCluster";
import { otherInstanceType, startRollout } from "../rollout";
import { TerminationHandler } from "../standIns/terminationHandler";
import { listEvictablePods, Workload } from "../workload";

/** Number of pods; the pool has one machine more than that. */
const size = 2;
const limits: DrillLimits = { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 60_000, lost: "none" };

async function withPool(
  { cluster, faultEnds }: DrillContext,
  work: (handler: TerminationHandler, workers: readonly string[]) => Promise<void>,
): Promise<void> {
  const handler = await TerminationHandler.require(cluster);
  try {
    const workers = await growPool(cluster, size + 1);
    const workload = await Workload.start(cluster, size);
    try {
      await work(handler, workers);
      await workload.waitForReadyPods(size, 120_000);
      if (workload.minReady < size - 1) throw new Error(`only ${workload.minReady} of ${size} pods stayed ready`);
    } finally {
      await workload.stop();
    }
    await shrinkPool(cluster);
    faultEnds();
  } finally {
    await handler.stop();
  }
}

export const spotInterruption: Drill = {
  name: "spot-interruption",
  description:
    "EC2 announces a spot interruption of a worker with two minutes' notice: the machine's node is drained before the interruption, " +
    "and the group starts another machine",
  limits,
  members: 1,
  inject(context) {
    const { cluster, faultBegins, log } = context;
    return withPool(context, async (handler, workers) => {
      const loads = await Promise.all(workers.map(async (id) => ({ id, pods: await listEvictablePods(cluster, id) })));
      const { id = "" } = loads.toSorted((one, other) => other.pods.length - one.pods.length)[0] ?? {};
      faultBegins();
      const announced = Date.now();
      await cluster.client.interrupt(id);
      await waitUntil("the drain of the node", 115_000, () =>
        Promise.resolve(handler.drains.some(({ instance }) => instance === id)),
      );
      const { pods } = requireCompleteDrain(handler.drains, id);
      log(`${pods} pods evicted ${elapsed(announced)} after the announcement`);
      await waitForRemoval(cluster, id, 150_000);
      log(`the machine was gone ${elapsed(announced)} after the announcement`);
    });
  },
};

export const poolRefresh: Drill = {
  name: "pool-refresh",
  description:
    "the launch template of a worker pool has a new version: its instance refresh replaces every machine, each after its node was " +
    "drained",
  limits,
  members: 1,
  inject(context) {
    const { cluster, faultBegins, log } = context;
    return withPool(context, async (handler, workers) => {
      const { group } = cluster.worker;
      const type = await cluster.runOn(
        cluster.worker,
        ". /opt/holdfast/current/lib/aws.sh; imds_token; imds instance-type",
      );
      faultBegins();
      const began = Date.now();
      await startRollout(cluster, group, { instanceType: otherInstanceType(type.trim()) });
      for (const id of workers) {
        await waitForRemoval(cluster, id, 600_000);
        requireCompleteDrain(handler.drains, id);
        await sleep(500);
      }
      const evicted = handler.drains.reduce((sum, { pods }) => sum + pods, 0);
      log(`${workers.length} machines replaced after ${elapsed(began)}, ${evicted} pods evicted before`);
    });
  },
};
