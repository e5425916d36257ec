/** Size of the worker pool during a drill, and drains of its machines. */
import type { MachineStatus, RehearsalStatus } from "../supervisor/status";
import { callQueryApi } from "./aws";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";
import { deleteStaleNodes } from "./standIns/cloudController";
import type { DrainRecord } from "./standIns/terminationHandler";

const inGroup = ({ machines }: RehearsalStatus, group: string): MachineStatus[] =>
  machines.filter((machine) => machine.group === group);

/** Ids of a group's machines. Default: the group of the first worker. */
export function listPoolInstances(cluster: RehearsedCluster, group = cluster.worker.group): string[] {
  return inGroup(cluster.status, group).map(({ id }) => id);
}

/** Scales a group out. Default: the group of the first worker. @returns ids of its machines when all are ready. */
export async function growPool(
  cluster: RehearsedCluster,
  size: number,
  group = cluster.worker.group,
): Promise<string[]> {
  await cluster.client.setDesiredCapacity(group, size);
  await waitUntil(`${size} workers`, 180_000, async () => {
    const status = await cluster.refresh();
    return status.ready && inGroup(status, group).length === size;
  });
  return listPoolInstances(cluster, group);
}

/** Scales the pool to one machine, its size and minimum at the start of a rehearsal; a changed plan sets the minimum again. */
export async function shrinkPool(cluster: RehearsedCluster): Promise<void> {
  const { group } = cluster.worker;
  await callQueryApi(cluster, "autoscaling", "UpdateAutoScalingGroup", {
    AutoScalingGroupName: group,
    MinSize: "1",
    DesiredCapacity: "1",
  });
  await waitUntil("one worker", 300_000, async () => {
    await deleteStaleNodes(cluster);
    return inGroup(await cluster.refresh(), group).length === 1;
  });
}

/** Waits until a machine is gone, and deletes its node. */
export async function waitForRemoval(cluster: RehearsedCluster, id: string, timeoutMs: number): Promise<void> {
  await waitUntil(`removal of ${id}`, timeoutMs, async () =>
    (await cluster.refresh()).machines.every((each) => each.id !== id),
  );
  await deleteStaleNodes(cluster);
}

/** Drain of a machine. @throws if it did not happen or left pods. */
export function requireCompleteDrain(drains: readonly DrainRecord[], id: string): DrainRecord {
  const found = drains.find(({ instance }) => instance === id);
  if (found === undefined) throw new Error(`${id} was not drained`);
  if (found.left.length > 0) throw new Error(`the drain left ${found.left.join(", ")}`);
  return found;
}
