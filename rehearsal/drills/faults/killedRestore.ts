import { setTimeout as sleep } from "node:timers/promises";
import { createBackup, generation, requestRestore, revisionsOfGeneration, waitForGeneration } from "../backups";
import type { Drill } from "../drill";

/** A restore is killed halfway on one member, whose machine loses its power as well: it ends up where the others are. */
export const killedRestore: Drill = {
  name: "kill-restore",
  what: "a backup is restored in place; on one member the restore is killed halfway and the power fails for 10 s",
  limits: { outageMs: 60_000, fullStrengthMs: 180_000, lost: "after the backup" },
  async inject({ cluster, begins, ends, restores, log }) {
    const [first = ""] = cluster.memberNames;
    const leader = await cluster.leader();
    const victim = cluster.memberNames.find((member) => member !== leader) ?? first;
    const { id } = cluster.etcdMachine(victim);
    const own = await generation(cluster, victim);
    const target = own + 1;
    const backup = await createBackup(cluster);
    await sleep(3_000); // writes that no backup has
    restores({ revision: backup.revision, resumedAt: (target - 1) * revisionsOfGeneration }, backup.key);
    begins();
    const kill = cluster.runOnMember(
      victim,
      `until=$((EPOCHSECONDS + 45))
      until [ -e /var/lib/etcd/restoring ] || [ $EPOCHSECONDS -gt $until ]; do :; done
      systemctl kill -s KILL holdfast-etcd-restore.service
      generation`,
    );
    await requestRestore(cluster, target, backup.key);
    const found = await kill;
    await cluster.client.powerOff(id);
    log(`member ${victim} was killed with data of generation ${found}, on the way to ${target}`);
    await sleep(10_000);
    await cluster.client.powerOn(id);
    ends();
    await waitForGeneration(cluster, target, 180_000);
    if (found !== String(own)) throw new Error("the restore was over before it could be killed");
  },
};
