import { setTimeout as sleep } from "node:timers/promises";
import { backUp, generation, orderRestore, revisionsOfGeneration, untilGeneration } from "../backups";
import type { Drill } from "../drill";
import { until } from "../rehearsed";

const said = "this volume is blank, but the cluster has been formed: being taken in anew";

/** Quorum and its data are gone: nothing heals by itself, and the newest backup is restored on an operator's word. */
export const loseQuorum: Drill = {
  name: "lose-quorum",
  what: "two of three machines and their volumes are lost, the leader's among them; an operator restores the newest backup",
  promised: { outageMs: 300_000, fullStrengthMs: 240_000, lost: "after the backup" },
  async inject({ cluster, begins, ends, restores, say }) {
    const leader = await cluster.leader();
    const [survivor = "", second = ""] = cluster.letters.filter((letter) => letter !== leader);
    const target = (await generation(cluster, survivor)) + 1;
    const backup = await backUp(cluster);
    await sleep(5_000); // writes that no backup has
    const lost = [leader, second].map((letter) => cluster.etcdMachine(letter).id);
    begins();
    await Promise.all(lost.map((id) => cluster.client.powerOff(id)));
    await Promise.all(lost.map((id) => cluster.client.blankVolumes(id)));
    for (const id of lost) await cluster.client.destroy(id);
    await until("both blank volumes to wait for a quorum", 180_000, async () => {
      await cluster.refresh();
      const waiting = await Promise.all(
        [leader, second].map((letter) =>
          cluster.onMember(letter, `journalctl -t holdfast -o cat --no-pager | grep -c '${said}' || true`),
        ),
      );
      return waiting.every((count) => count !== "0");
    });
    say("the survivor has no quorum, and both blank volumes wait instead of founding a cluster");
    restores({ revision: backup.revision, resumedAt: (target - 1) * revisionsOfGeneration }, backup.key);
    ends();
    await orderRestore(cluster, target, backup.key);
    await untilGeneration(cluster, target, 180_000);
  },
};
