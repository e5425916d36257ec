/** Which members of etcd are away, watched while machines are replaced. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RehearsedCluster } from "./rehearsedCluster";

/** Letters of members none of whose machines, old or new, runs etcd. */
async function membersDown(cluster: RehearsedCluster): Promise<string[]> {
  const { machines } = await cluster.refresh();
  const { memberNames } = cluster;
  const role = cluster.etcdMachine(memberNames[0] ?? "a").role;
  const serving = await Promise.all(
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
  return memberNames.filter((_, index) => serving[index] !== true);
}

/**
 * Waits until none of the machines is there any more and all that are there are ready.
 * @returns the most members that were away at the same time.
 * @throws if that was more than one, and after the time.
 */
export async function waitForReplacement(
  cluster: RehearsedCluster,
  old: readonly string[],
  timeoutMs: number,
): Promise<number> {
  let most = 0;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const missing = await membersDown(cluster);
    most = Math.max(most, missing.length);
    if (most > 1) throw new Error(`members ${missing.join(" and ")} were away at the same time`);
    const { machines } = cluster.status;
    if (machines.every(({ id }) => !old.includes(id)) && machines.every(({ ready }) => ready)) return most;
    if (Date.now() > deadline) {
      const there = machines
        .filter(({ id, ready }) => !ready || old.includes(id))
        .map(({ name, stage }) => `${name} (${stage})`);
      throw new Error(`the machines were not replaced within ${timeoutMs / 1000} s: ${there.join(", ")}`);
    }
    await sleep(500);
  }
}
