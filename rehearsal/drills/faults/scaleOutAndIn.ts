import { setTimeout as sleep } from "node:timers/promises";
import { readBootPlan } from "../../supervisor/bootPlan";
import type { Drill } from "../drill";
import { secondsSince } from "../durations";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import { scaleIn, scaleOut, type ScalableGroup, fetchScalableGroups } from "../standIns/autoscaler";
import { deleteStaleNodes } from "../standIns/cloudController";
import { TerminationHandler } from "../standIns/terminationHandler";
import { listUnschedulablePods, Workload } from "../workload";

async function poolOf(cluster: RehearsedCluster): Promise<ScalableGroup> {
  const { name } = readBootPlan(cluster.client.paths.plan).cluster;
  const groups = await fetchScalableGroups(cluster, name);
  const found = groups.find((group) => group.name === cluster.worker.group);
  if (found === undefined) throw new Error("the workers' group does not carry the autoscaler's tags");
  return found;
}

/** Pods that fit nowhere bring machines; machines that run nothing go again. */
export const scaleOutAndIn: Drill = {
  name: "scale-out-and-in",
  what: "two pods fit on no machine: two machines come, and the pods run on them; when they are gone, the idle machines go again",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 60_000, lost: "none" },
  members: 1,
  async inject({ cluster, begins, ends, log }) {
    const before = await poolOf(cluster);
    const workload = await Workload.start(cluster, 1);
    const handler = await TerminationHandler.start(cluster);
    try {
      begins();
      const pending = Date.now();
      await workload.scale(3);
      await waitUntil(
        "two pods that fit nowhere",
        30_000,
        async () => (await listUnschedulablePods(cluster)).length === 2,
      );
      const more = await scaleOut(cluster, await poolOf(cluster));
      if (more !== 2) throw new Error(`${more} machines were asked for, not 2`);
      await workload.waitForReadyPods(3, 300_000);
      log(`two pods that fitted nowhere run on two new machines after ${secondsSince(pending)} s`);

      const idle = Date.now();
      await workload.scale(1);
      const gone = new Set<string>();
      await waitUntil("the idle machines to be gone", 300_000, async () => {
        await sleep(1_000);
        for (const id of await scaleIn(cluster, await poolOf(cluster))) gone.add(id);
        const { machines } = await cluster.refresh();
        return gone.size === 2 && machines.every(({ id }) => !gone.has(id));
      });
      await deleteStaleNodes(cluster);
      log(`two idle machines were drained and are gone after ${secondsSince(idle)} s`);
      ends();
      const { desired } = await poolOf(cluster);
      if (desired !== before.desired) throw new Error(`the group wants ${desired} machines, not ${before.desired}`);
      if (workload.minReady < 1) throw new Error("the pod that was to stay was moved");
      await workload.waitForReadyPods(1, 10_000);
    } finally {
      await handler?.stop();
      await workload.stop();
    }
  },
};
