import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, healthCheckWindow } from "../drill";
import { waitUntil } from "../rehearsedCluster";

const folder = "/var/lib/etcd/fills-the-disk";
/** Takes the volume's room in pieces, each as large as will go; blocks that are only reserved cost this host none. */
const fill = `mkdir ${folder}; piece=$(df --output=avail -B1 ${folder} | tail -n 1) number=0
  while [ "$piece" -ge 4096 ]; do
    if fallocate -l "$piece" ${folder}/$number 2>/dev/null; then number=$((number + 1))
    else rm -f ${folder}/$number; piece=$((piece / 2)); fi
  done`;

/** The leader's volume has no byte left (ENOSPC): it fails, the others go on, and it returns with the room. */
export const diskFull: Drill = {
  name: "disk-full",
  what: "the leader's volume is filled to the last byte for 15 s after its etcd gave up",
  limits: { ...healthCheckWindow, failuresMs: 60_000, fullStrengthMs: 120_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const leader = await cluster.leader();
    // Nobody's data: etcd has megabytes laid out in advance, which only large values use up in time.
    const grow = `head -c 1000000 /dev/zero | tr '\\0' x | etcdctl put /drill/large >/dev/null 2>&1 || true`;
    const died = "journalctl -u etcd -o cat --no-pager | grep -c 'no space left on device' || true";
    const before = await cluster.runOnMember(leader, died);
    begins();
    try {
      await cluster.runOnMember(leader, fill);
      await waitUntil("etcd to meet the end of its disk", 90_000, async () => {
        await cluster.runOnAnyMember(`for _ in 1 2 3 4 5 6 7 8; do ${grow}; done`);
        return (await cluster.runOnMember(leader, died)) !== before;
      });
      log(`member ${leader} has met the end of its disk`);
      await sleep(15_000);
    } finally {
      await cluster.runOnMember(leader, `rm -rf ${folder}`);
      ends();
    }
  },
};
