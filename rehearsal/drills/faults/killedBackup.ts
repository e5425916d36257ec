import { createBackup, fetchNewestBackup } from "../backups";
import type { Drill } from "../drill";

const unit = "holdfast-etcd-backup.service";
const scratch = "/var/lib/holdfast/scratch/backup";
const attempts = 5;

/** No partial backup is uploaded, and the next backup is complete. */
export const killedBackup: Drill = {
  name: "kill-backup",
  description: "the leader's backup is killed after it has written its snapshot and before the upload",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 30_000, lost: "none" },
  soak: { members: 0, seconds: 45 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    const { key } = await fetchNewestBackup(cluster);
    faultBegins();
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
      if (attempt === attempts) throw new Error(`the backup finished before it could be killed: ${outcome}`);
    }
    faultEnds();
    if ((await fetchNewestBackup(cluster)).key !== key) throw new Error("the killed backup counts as the newest");
    return async () => {
      const { key, member } = await createBackup(cluster);
      await cluster.runOnMember(member, "systemctl start holdfast-etcd-drill.service");
      const passed = `journalctl -t holdfast -o cat --no-pager | grep -F 'passed: ${key}'`;
      log(`the restore test of the next backup: ${await cluster.runOnMember(member, passed)}`);
      const left = await cluster.runOnMember(member, `ls -A ${scratch} 2>/dev/null || true`);
      if (left !== "") throw new Error(`files left in ${scratch}: ${left}`);
    };
  },
};
