/** Replacement of machines that run etcd members. */
import { setTimeout as sleep } from "node:timers/promises";
import { formatSeconds } from "./durations";
import type { RehearsedCluster } from "./rehearsedCluster";

/** File system UUID of each member's data volume. */
export function readVolumes(cluster: RehearsedCluster): Promise<string[]> {
  const script = "findmnt -no UUID /var/lib/etcd";
  return Promise.all(cluster.memberNames.map((member) => cluster.runOnMember(member, script)));
}

/** Members whose machines, old or new, of the control plane or of external etcd, do not run etcd. */
async function listUnavailableMembers(cluster: RehearsedCluster): Promise<string[]> {
  await cluster.refresh();
  const { memberNames, memberMachines } = cluster;
  const available = await Promise.all(
    memberNames.map(async (member) => {
      const own = memberMachines.filter(({ group }) => group.endsWith(`-${member}`));
      const active = await Promise.all(
        own.map(({ id }) =>
          cluster.client.exec(id, ["systemctl", "is-active", "--quiet", "etcd"], { timeoutMs: 10_000 }).then(
            ({ code }) => code === 0,
            () => false,
          ),
        ),
      );
      return active.includes(true);
    }),
  );
  return memberNames.filter((_, index) => available[index] !== true);
}

/**
 * Waits until the old machines are gone and all others are ready.
 * @returns largest number of members that were unavailable at the same time.
 * @throws if that number exceeds one, and after the timeout.
 */
export async function waitForReplacement(
  cluster: RehearsedCluster,
  old: readonly string[],
  timeoutMs: number,
): Promise<number> {
  let maxUnavailable = 0;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const unavailable = await listUnavailableMembers(cluster);
    maxUnavailable = Math.max(maxUnavailable, unavailable.length);
    if (maxUnavailable > 1) throw new Error(`members ${unavailable.join(" and ")} were unavailable at the same time`);
    const pending = cluster.status.machines.filter(({ id, ready }) => !ready || old.includes(id));
    if (pending.length === 0) return maxUnavailable;
    if (Date.now() > deadline) {
      const names = pending.map(({ name, stage }) => `${name} (${stage})`).join(", ");
      throw new Error(`replacement of machines timed out after ${formatSeconds(timeoutMs, 0)}: ${names}`);
    }
    await sleep(500);
  }
}
