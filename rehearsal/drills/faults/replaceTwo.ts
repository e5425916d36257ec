import { setTimeout as sleep } from "node:timers/promises";
import { callAws } from "../backups";
import type { Drill } from "../drill";
import type { Rehearsed } from "../rehearsed";

/** Letters of members none of whose machines, old or new, runs etcd. */
async function down(cluster: Rehearsed, letters: readonly string[]): Promise<string[]> {
  const { machines } = await cluster.refresh();
  const serving = await Promise.all(
    letters.map(async (letter) => {
      const own = machines.filter(({ group }) => group.endsWith(`-${letter}`));
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
  return letters.filter((_, index) => serving[index] !== true);
}

/** Two members are to be replaced at the same moment, by their groups: they go one after another. */
export const replaceTwo: Drill = {
  name: "replace-two",
  what: "the groups of two members end their machines at the same moment; they queue, and are replaced one after another",
  promised: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 600_000, lost: "none" },
  async inject({ cluster, begins, ends, say }) {
    const leaving = cluster.letters.slice(0, 2);
    const old = leaving.map((letter) => cluster.etcdMachine(letter).id);
    begins();
    for (const id of old) {
      const call = { Action: "TerminateInstanceInAutoScalingGroup", Version: "2011-01-01", InstanceId: id };
      const form = new URLSearchParams({ ...call, ShouldDecrementDesiredCapacity: "false" });
      await callAws(cluster, "autoscaling", ["--data", form.toString()]);
    }
    ends();
    let most = 0;
    const deadline = Date.now() + 600_000;
    for (;;) {
      const missing = await down(cluster, cluster.letters);
      most = Math.max(most, missing.length);
      if (most > 1) throw new Error(`members ${missing.join(" and ")} were away at the same time`);
      const { machines } = cluster.status;
      if (machines.every(({ id }) => !old.includes(id)) && machines.every(({ ready }) => ready)) break;
      if (Date.now() > deadline) throw new Error("the machines were not replaced within 600 s");
      await sleep(500);
    }
    say(`never more than ${most} of ${cluster.letters.length} members away`);
  },
};
