import { setTimeout as sleep } from "node:timers/promises";
import { createBackup, fetchNewestBackup } from "../backups";
import type { Drill } from "../drill";
import { waitUntil } from "../rehearsedCluster";

/** etcd keeps running, a backup fails and logs why, and the next backup succeeds. */
export const bucketUnreachable: Drill = {
  name: "bucket-unreachable",
  description: "S3 does not answer for 20 s while a backup is due",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 30_000, lost: "none" },
  soak: { members: 0, seconds: 60 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    const { key } = await fetchNewestBackup(cluster);
    faultBegins();
    await cluster.client.setUnreachable(["s3"]);
    try {
      await cluster.runOnMember(leader, "systemctl start --no-block holdfast-etcd-backup.service");
      await sleep(20_000);
      await waitUntil("the backup to fail", 60_000, async () => {
        const state = await cluster.runOnMember(leader, "systemctl is-failed holdfast-etcd-backup.service || true");
        return state === "failed";
      });
      const reason = await cluster.runOnMember(
        leader,
        "journalctl -t holdfast -o cat --no-pager | grep 'PUT ' | tail -n 1",
      );
      if (!reason.includes("no answer")) throw new Error(`the leader's journal has no reason: ${reason}`);
      log(`the leader's journal: ${reason}`);
      if ((await fetchNewestBackup(cluster)).key !== key) throw new Error("the failed backup counts as the newest");
    } finally {
      await cluster.client.setUnreachable([]);
      faultEnds();
    }
    return async () => {
      log(`the next backup: ${(await createBackup(cluster)).key}`);
    };
  },
};
