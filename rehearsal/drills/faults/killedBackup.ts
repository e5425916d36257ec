import { createBackup, fetchNewestBackup } from "../backups";
import type { Drill } from "../drill";

const unit = "holdfast-etcd-backup.service";
const scratch = "/var/lib/holdfast/scratch/backup";
const tries = 5;

/** A backup is killed halfway: no half of one is stored, and the next one is whole. */
export const killedBackup: Drill = {
  name: "kill-backup",
  what: "the leader's backup is killed while its snapshot is on disk and not yet stored",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 30_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const leader = await cluster.leader();
    const { key } = await fetchNewestBackup(cluster);
    begins();
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await cluster.runOnMember(
        leader,
        `systemctl start --no-block ${unit}
        until=$((EPOCHSECONDS + 30))
        until [ -e ${scratch}/snapshot.db ] || [ $EPOCHSECONDS -gt $until ]; do :; done
        systemctl kill -s KILL ${unit}; sleep 0.5
        systemctl show -p Result --value ${unit}`,
      );
      if (outcome === "signal") break;
      if (attempt === tries) throw new Error(`the backup could not be killed in time: ${outcome}`);
    }
    ends();
    if ((await fetchNewestBackup(cluster)).key !== key)
      throw new Error("a backup that was killed counts as the newest");
    return async () => {
      const { key, member } = await createBackup(cluster);
      await cluster.runOnMember(member, "systemctl start holdfast-etcd-drill.service");
      const passed = `journalctl -t holdfast -o cat --no-pager | grep -F 'passed: ${key}'`;
      log(`the next one, restored by the member's own drill: ${await cluster.runOnMember(member, passed)}`);
      const left = await cluster.runOnMember(member, `ls -A ${scratch} 2>/dev/null || true`);
      if (left !== "") throw new Error(`left behind: ${left}`);
    };
  },
};
