import { setTimeout as sleep } from "node:timers/promises";
import { createBackup, fetchNewestBackup } from "../backups";
import type { Drill } from "../drill";
import { waitUntil } from "../rehearsedCluster";

/** S3 is away for a while: etcd does not mind, a backup fails aloud, and the next one succeeds. */
export const bucketUnreachable: Drill = {
  name: "bucket-unreachable",
  what: "S3 answers nobody for 20 s, and a backup is due meanwhile",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 30_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const leader = await cluster.leader();
    const { key } = await fetchNewestBackup(cluster);
    begins();
    await cluster.client.setUnreachable(["s3"]);
    try {
      await cluster.runOnMember(leader, "systemctl start --no-block holdfast-etcd-backup.service");
      await sleep(20_000);
      await waitUntil("the backup to fail", 60_000, async () => {
        const state = await cluster.runOnMember(leader, "systemctl is-failed holdfast-etcd-backup.service || true");
        return state === "failed";
      });
      const why = await cluster.runOnMember(
        leader,
        "journalctl -t holdfast -o cat --no-pager | grep 'storing' | tail -n 1",
      );
      if (!why.includes("no answer")) throw new Error(`the leader's journal does not log why: ${why}`);
      log(`the leader's journal: ${why}`);
      if ((await fetchNewestBackup(cluster)).key !== key) throw new Error("a backup that failed counts as the newest");
    } finally {
      await cluster.client.setUnreachable([]);
      ends();
    }
    return async () => {
      log(`the next backup: ${(await createBackup(cluster)).key}`);
    };
  },
};
