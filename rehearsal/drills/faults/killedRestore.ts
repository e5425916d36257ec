import { setTimeout as sleep } from "node:timers/promises";
import { backUp, generation, orderRestore, revisionsOfGeneration, untilGeneration } from "../backups";
import type { Drill } from "../drill";

/** A restore is killed halfway on one member, whose machine loses its power as well: it ends up where the others are. */
export const killedRestore: Drill = {
  name: "kill-restore",
  what: "a backup is restored in place; on one member the restore is killed halfway and the power fails for 10 s",
  promised: { outageMs: 60_000, fullStrengthMs: 180_000, lost: "after the backup" },
  async inject({ cluster, begins, ends, restores, say }) {
    const [first = ""] = cluster.letters;
    const leader = await cluster.leader();
    const victim = cluster.letters.find((letter) => letter !== leader) ?? first;
    const { id } = cluster.etcdMachine(victim);
    const own = await generation(cluster, victim);
    const target = own + 1;
    const backup = await backUp(cluster);
    await sleep(3_000); // writes that no backup has
    restores({ revision: backup.revision, resumedAt: (target - 1) * revisionsOfGeneration }, backup.key);
    begins();
    const kill = cluster.onMember(
      victim,
      `until=$((EPOCHSECONDS + 45))
      until [ -e /var/lib/etcd/restoring ] || [ $EPOCHSECONDS -gt $until ]; do :; done
      systemctl kill -s KILL holdfast-etcd-restore.service
      generation`,
    );
    await orderRestore(cluster, target, backup.key);
    const found = await kill;
    await cluster.client.powerOff(id);
    say(`member ${victim} was killed with data of generation ${found}, on the way to ${target}`);
    await sleep(10_000);
    await cluster.client.powerOn(id);
    ends();
    await untilGeneration(cluster, target, 180_000);
    if (found !== String(own)) throw new Error("the restore was over before it could be killed");
  },
};
