/** A worker pool that a drill makes larger for a while, and machines that leave it. */
import type { MachineStatus, RehearsalStatus } from "../supervisor/status";
import { type RehearsedCluster, waitUntil } from "./rehearsedCluster";
import { deleteStaleNodes } from "./standIns/cloudController";
import type { DrainRecord } from "./standIns/terminationHandler";

const inGroup = ({ machines }: RehearsalStatus, group: string): MachineStatus[] =>
  machines.filter((machine) => machine.group === group);

/** Ids of the pool's machines. */
export function listPoolInstances(cluster: RehearsedCluster): string[] {
  return inGroup(cluster.status, cluster.worker.group).map(({ id }) => id);
}

/** Gives the pool as many machines. Returns their ids when all are ready. */
export async function growPool(cluster: RehearsedCluster, size: number): Promise<string[]> {
  const { group } = cluster.worker;
  await cluster.client.setDesiredCapacity(group, size);
  await waitUntil(`${size} workers`, 180_000, async () => {
    const status = await cluster.refresh();
    return status.ready && inGroup(status, group).length === size;
  });
  return listPoolInstances(cluster);
}

/** Leaves the pool one machine, as a rehearsal starts with. */
export async function shrinkPool(cluster: RehearsedCluster): Promise<void> {
  const { group } = cluster.worker;
  await cluster.client.setDesiredCapacity(group, 1);
  await waitUntil("the pool as it was", 300_000, async () => {
    await deleteStaleNodes(cluster);
    return inGroup(await cluster.refresh(), group).length === 1;
  });
}

/** Waits until a machine is gone, and its node with it. */
export async function waitForRemoval(cluster: RehearsedCluster, id: string, timeoutMs: number): Promise<void> {
  await waitUntil(`${id} to be gone`, timeoutMs, async () =>
    (await cluster.refresh()).machines.every((each) => each.id !== id),
  );
  await deleteStaleNodes(cluster);
}

/**
 * How a machine's node was drained.
 * @throws if it was not, or not to the end.
 */
export function requireCompleteDrain(drains: readonly DrainRecord[], id: string): DrainRecord {
  const found = drains.find(({ instance }) => instance === id);
  if (found === undefined) throw new Error(`nobody drained ${id}`);
  if (found.left.length > 0) throw new Error(`${found.left.join(", ")} had not moved`);
  return found;
}
