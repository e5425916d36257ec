import { type Drill, healthCheckWindow } from "../drill";

const seconds = 30;
/**
 * Mean duration of etcd's commits in ms that proves a slow disk: twice what etcd's documents expect of an SSD at most. Commits between
 * two pulses are fast, and are half of all.
 */
const slowMs = 50;
const commits = `curl -sf http://127.0.0.1:2381/metrics |
  awk '/^etcd_disk_backend_commit_duration_seconds_(sum|count)/ { print $2 }' | tr '\\n' ' '`;

export const slowDisk: Drill = {
  name: "slow-disk",
  description: `the leader's volume accepts no writes for 500 ms of every 600 ms, for ${seconds} s (frozen file system)`,
  limits: { ...healthCheckWindow, fullStrengthMs: 60_000, lost: "none" },
  soak: { members: 1, seconds: 45 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    const readCommits = async (): Promise<number[]> =>
      (await cluster.runOnMember(leader, commits)).split(" ").map(Number);
    const [sum = 0, count = 0] = await readCommits();
    faultBegins();
    await cluster.runOnMember(
      leader,
      `trap 'fsfreeze -u /var/lib/etcd 2>/dev/null || true' EXIT
      until=$((EPOCHSECONDS + ${seconds}))
      while [ $EPOCHSECONDS -lt $until ]; do
        fsfreeze -f /var/lib/etcd; sleep 0.5; fsfreeze -u /var/lib/etcd; sleep 0.1
      done`,
    );
    faultEnds();
    const [sumAfter = 0, countAfter = 0] = await readCommits();
    const mean = ((sumAfter - sum) / (countAfter - count)) * 1000;
    log(`member ${leader}: ${countAfter - count} commits, mean duration ${mean.toFixed(0)} ms`);
    if (!(mean > slowMs)) throw new Error(`the disk was not slow: mean commit duration ${mean.toFixed(0)} ms`);
  },
};
