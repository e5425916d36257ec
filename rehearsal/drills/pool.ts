/** A worker pool that a drill makes larger for a while, and machines that leave it. */
import type { MachineStatus, RehearsalStatus } from "../supervisor/status";
import { type Rehearsed, until } from "./rehearsedCluster";
import { forgetNodes } from "./standIns/cloudController";
import type { Departure } from "./standIns/terminationHandler";

const inGroup = ({ machines }: RehearsalStatus, group: string): MachineStatus[] =>
  machines.filter((machine) => machine.group === group);

/** Ids of the pool's machines. */
export function poolIds(cluster: Rehearsed): string[] {
  return inGroup(cluster.status, cluster.worker.group).map(({ id }) => id);
}

/** Gives the pool as many machines. Returns their ids when all are ready. */
export async function growPool(cluster: Rehearsed, size: number): Promise<string[]> {
  const { group } = cluster.worker;
  await cluster.client.setDesiredCapacity(group, size);
  await until(`${size} workers`, 180_000, async () => {
    const status = await cluster.refresh();
    return status.ready && inGroup(status, group).length === size;
  });
  return poolIds(cluster);
}

/** Leaves the pool one machine, as a rehearsal starts with. */
export async function shrinkPool(cluster: Rehearsed): Promise<void> {
  const { group } = cluster.worker;
  await cluster.client.setDesiredCapacity(group, 1);
  await until("the pool as it was", 300_000, async () => {
    await forgetNodes(cluster);
    return inGroup(await cluster.refresh(), group).length === 1;
  });
}

/** Waits until a machine is gone, and its node with it. */
export async function untilGone(cluster: Rehearsed, id: string, timeoutMs: number): Promise<void> {
  await until(`${id} to be gone`, timeoutMs, async () =>
    (await cluster.refresh()).machines.every((each) => each.id !== id),
  );
  await forgetNodes(cluster);
}

/**
 * How a machine's node was drained.
 * @throws if it was not, or not to the end.
 */
export function drained(departures: readonly Departure[], id: string): Departure {
  const found = departures.find(({ instance }) => instance === id);
  if (found === undefined) throw new Error(`nobody drained ${id}`);
  if (found.left.length > 0) throw new Error(`${found.left.join(", ")} had not moved`);
  return found;
}
