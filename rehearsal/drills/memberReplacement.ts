/** Replacement of machines that run etcd members. */
import { setTimeout as sleep } from "node:timers/promises";
import { formatSeconds } from "./durations";
import type { RehearsedCluster } from "./rehearsedCluster";

/** Members whose machines, old or new, do not run etcd. */
async function listUnavailableMembers(cluster: RehearsedCluster): Promise<string[]> {
  const { machines } = await cluster.refresh();
  const { memberNames } = cluster;
  const role = cluster.etcdMachine(memberNames[0] ?? "a").role;
  const available = await Promise.all(
    memberNames.map(async (member) => {
      const own = machines.filter((machine) => machine.role === role && machine.group.endsWith(`-${member}`));
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
