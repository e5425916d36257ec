import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, healthCheckWindow } from "../drill";
import { waitUntil } from "../rehearsedCluster";

const folder = "/var/lib/etcd/fills-the-disk";
/** Fills the volume with the largest possible files; reserved blocks use no disk space of the host. */
const fill = `mkdir ${folder}; piece=$(df --output=avail -B1 ${folder} | tail -n 1) number=0
  while [ "$piece" -ge 4096 ]; do
    if fallocate -l "$piece" ${folder}/$number 2>/dev/null; then number=$((number + 1))
    else rm -f ${folder}/$number; piece=$((piece / 2)); fi
  done`;

/** The member fails with ENOSPC, the others continue, and it recovers with free space. */
export const diskFull: Drill = {
  name: "disk-full",
  description: "the leader's volume is full, and stays full for 15 s after its etcd stops",
  limits: { ...healthCheckWindow, failuresMs: 60_000, fullStrengthMs: 120_000, lost: "none" },
  soak: { members: 1, seconds: 90 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    // etcd preallocates megabytes, which only large values use up in time.
    const grow = `head -c 1000000 /dev/zero | tr '\\0' x | etcdctl put /drill/large >/dev/null 2>&1 || true`;
    const failures = "journalctl -u etcd -o cat --no-pager | grep -c 'no space left on device' || true";
    const before = await cluster.runOnMember(leader, failures);
    faultBegins();
    try {
      await cluster.runOnMember(leader, fill);
      await waitUntil("etcd to run out of disk space", 90_000, async () => {
        await cluster.runOnAnyMember(`for _ in 1 2 3 4 5 6 7 8; do ${grow}; done`);
        return (await cluster.runOnMember(leader, failures)) !== before;
      });
      log(`member ${leader} ran out of disk space`);
      await sleep(15_000);
    } finally {
      await cluster.runOnMember(leader, `rm -rf ${folder}`);
      faultEnds();
    }
  },
};
