import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, unresponsiveMember } from "../drill";

const cutMs = 45_000;

/** A zone's network is parted from the others: what was the leader is alone. */
export const cutOffZone: Drill = {
  name: "cut-off-zone",
  what: `the leader's zone is parted from the other zones and the load balancer for ${cutMs / 1000} s`,
  limits: { ...unresponsiveMember, fullStrengthMs: 120_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const leader = await cluster.leader();
    const { zone } = cluster.etcdMachine(leader);
    const others = cluster.memberNames.filter((member) => member !== leader);
    begins();
    await cluster.client.isolateZone(zone);
    try {
      await sleep(cutMs / 2);
      // Alone it may neither lead nor take a write; the others have another leader.
      const alone = await cluster.runOnMember(
        leader,
        "ETCDCTL_ENDPOINTS=$own_endpoint etcdctl put /drill/alone 1 >/dev/null 2>&1 && echo taken || echo refused",
      );
      if (alone !== "refused") throw new Error(`member ${leader} took a write without a quorum`);
      const led = "curl -sf http://127.0.0.1:2381/metrics | awk '/^etcd_server_has_leader/ { print $2 }'";
      if ((await cluster.runOnAnyMember(led, others)) !== "1") throw new Error("the other members have no leader");
      log(`member ${leader} alone refuses writes; the others have a leader`);
      await sleep(cutMs / 2);
    } finally {
      await cluster.client.reconnectZone(zone);
      ends();
    }
  },
};
