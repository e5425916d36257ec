import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, unresponsiveMember } from "../drill";
import { formatSeconds } from "../durations";

const cutMs = 45_000;

/** Network partition that isolates the leader. */
export const cutOffZone: Drill = {
  name: "cut-off-zone",
  description: `the leader's zone loses its network to the other zones and the load balancer for ${formatSeconds(cutMs, 0)}`,
  limits: { ...unresponsiveMember, fullStrengthMs: 120_000, lost: "none" },
  soak: { members: 1, seconds: 75 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    const { zone } = cluster.etcdMachine(leader);
    const others = cluster.memberNames.filter((member) => member !== leader);
    faultBegins();
    await cluster.client.isolateZone(zone);
    try {
      await sleep(cutMs / 2);
      // The isolated member must neither lead nor accept writes; the others must have a leader.
      const outcome = await cluster.runOnMember(
        leader,
        "ETCDCTL_ENDPOINTS=$own_endpoint etcdctl put /drill/alone 1 >/dev/null 2>&1 && echo taken || echo refused",
      );
      if (outcome !== "refused") throw new Error(`member ${leader} accepted a write without a quorum`);
      const hasLeader = "curl -sf http://127.0.0.1:2381/metrics | awk '/^etcd_server_has_leader/ { print $2 }'";
      if ((await cluster.runOnAnyMember(hasLeader, others)) !== "1")
        throw new Error("the other members have no leader");
      log(`the isolated member ${leader} refuses writes; the others have a leader`);
      await sleep(cutMs / 2);
    } finally {
      await cluster.client.reconnectZone();
      faultEnds();
    }
  },
};
