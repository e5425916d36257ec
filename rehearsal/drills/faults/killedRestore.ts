import { setTimeout as sleep } from "node:timers/promises";
import { createBackup, fetchGeneration, requestRestore, restorePoint, waitForGeneration } from "../backups";
import type { Drill } from "../drill";

/** The member completes its restore after the power returns. */
export const killedRestore: Drill = {
  name: "kill-restore",
  description: "a backup is restored; on one member the restore is killed halfway and the power fails for 10 s",
  limits: { outageMs: 60_000, fullStrengthMs: 180_000, lost: "after the backup" },
  async inject({ cluster, faultBegins, faultEnds, announceRestore, log }) {
    const [first = ""] = cluster.memberNames;
    const leader = await cluster.leader();
    const victim = cluster.memberNames.find((member) => member !== leader) ?? first;
    const { id } = cluster.etcdMachine(victim);
    const current = await fetchGeneration(cluster, victim);
    const target = current + 1;
    const backup = await createBackup(cluster);
    await sleep(3_000); // for writes after the backup
    announceRestore(restorePoint(backup, target), backup.key);
    faultBegins();
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
    log(`member ${victim} was killed with data of generation ${found}, during the restore to ${target}`);
    await sleep(10_000);
    await cluster.client.powerOn(id);
    faultEnds();
    await waitForGeneration(cluster, target, 180_000);
    if (found !== String(current)) throw new Error("the restore finished before it could be killed");
  },
};
