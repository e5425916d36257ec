import { type Drill, healthCheckWindow } from "../drill";

const seconds = 30;
/** Mean of etcd's commits in ms that counts as slow: an SSD takes under 25. */
const slowMs = 100;
const commits = `curl -sf http://127.0.0.1:2381/metrics |
  awk '/^etcd_disk_backend_commit_duration_seconds_(sum|count)/ { print $2 }' | tr '\\n' ' '`;

/** The leader's volume stalls on and on: what it has to write waits half a second each time. */
export const slowDisk: Drill = {
  name: "slow-disk",
  what: `the leader's volume takes no writes for 500 ms of every 600 ms, for ${seconds} s (the file system is frozen)`,
  limits: { ...healthCheckWindow, fullStrengthMs: 60_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const leader = await cluster.leader();
    const figures = async (): Promise<number[]> => (await cluster.runOnMember(leader, commits)).split(" ").map(Number);
    const [sum = 0, count = 0] = await figures();
    begins();
    await cluster.runOnMember(
      leader,
      `trap 'fsfreeze -u /var/lib/etcd 2>/dev/null || true' EXIT
      until=$((EPOCHSECONDS + ${seconds}))
      while [ $EPOCHSECONDS -lt $until ]; do
        fsfreeze -f /var/lib/etcd; sleep 0.5; fsfreeze -u /var/lib/etcd; sleep 0.1
      done`,
    );
    ends();
    const [sumAfter = 0, countAfter = 0] = await figures();
    const mean = ((sumAfter - sum) / (countAfter - count)) * 1000;
    log(`member ${leader}: ${countAfter - count} commits, ${mean.toFixed(0)} ms each on average`);
    if (!(mean > slowMs)) throw new Error(`the disk was not slow: ${mean.toFixed(0)} ms a commit`);
  },
};
