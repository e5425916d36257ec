import { setTimeout as sleep } from "node:timers/promises";
import { readBootPlan } from "../../supervisor/bootPlan";
import type { Drill } from "../drill";
import { elapsed } from "../durations";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import { fetchScalableGroups, type ScalableGroup, scaleIn, scaleOut } from "../standIns/autoscaler";
import { deleteStaleNodes } from "../standIns/cloudController";
import { TerminationHandler } from "../standIns/terminationHandler";
import { listUnschedulablePods, Workload } from "../workload";

async function fetchPool(cluster: RehearsedCluster): Promise<ScalableGroup> {
  const { name } = readBootPlan(cluster.client.paths.plan).cluster;
  const groups = await fetchScalableGroups(cluster, name);
  const found = groups.find((group) => group.name === cluster.worker.group);
  if (found === undefined) throw new Error("the workers' group does not have the autoscaler's tags");
  return found;
}

export const scaleOutAndIn: Drill = {
  name: "scale-out-and-in",
  description:
    "two pods are unschedulable: two machines are added and run them; after the pods are deleted, the idle machines are removed",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 60_000, lost: "none" },
  members: 1,
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const before = await fetchPool(cluster);
    const workload = await Workload.start(cluster, 1);
    const handler = await TerminationHandler.start(cluster);
    try {
      faultBegins();
      const pendingSince = Date.now();
      await workload.scale(3);
      await waitUntil(
        "two unschedulable pods",
        30_000,
        async () => (await listUnschedulablePods(cluster)).length === 2,
      );
      const added = await scaleOut(cluster, await fetchPool(cluster));
      if (added !== 2) throw new Error(`${added} machines were added instead of 2`);
      await workload.waitForReadyPods(3, 300_000);
      log(`two unschedulable pods run on two new machines after ${elapsed(pendingSince)}`);

      const idleSince = Date.now();
      await workload.scale(1);
      const removed = new Set<string>();
      await waitUntil("the removal of the idle machines", 300_000, async () => {
        await sleep(1_000);
        for (const id of await scaleIn(cluster, await fetchPool(cluster))) removed.add(id);
        const { machines } = await cluster.refresh();
        return removed.size === 2 && machines.every(({ id }) => !removed.has(id));
      });
      await deleteStaleNodes(cluster);
      log(`two idle machines were drained and removed after ${elapsed(idleSince)}`);
      faultEnds();
      const { desired } = await fetchPool(cluster);
      if (desired !== before.desired) throw new Error(`desired capacity is ${desired} instead of ${before.desired}`);
      if (workload.minReady < 1) throw new Error("the remaining pod was moved");
      await workload.waitForReadyPods(1, 10_000);
    } finally {
      await handler?.stop();
      await workload.stop();
    }
  },
};
