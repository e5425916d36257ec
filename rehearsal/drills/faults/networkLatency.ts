import { setTimeout as sleep } from "node:timers/promises";
import type { Drill } from "../drill";
import { formatSeconds } from "../durations";
import type { RehearsedCluster } from "../rehearsedCluster";

/** Each way; answers take twice the time. Heartbeats of etcd come every 100 ms, and elections begin after 1 s without them. */
const delayMs = 50;
const lateMs = 60_000;

/** Smallest round trip in ms from a member to the others, of new connections to etcd's peers. */
async function measureRoundTrip(cluster: RehearsedCluster, member: string): Promise<number> {
  const connect = 'curl -qsk -m 5 -o /dev/null -w "%{time_connect}\\n" "$url/health" || true';
  const seconds = await cluster.runOnMember(member, `for url in $(other_members peerUrl); do ${connect}; done`);
  return 1000 * Math.min(...seconds.split("\n").map(Number));
}

/** As between regions: etcd and API servers become slower, and keep their leader. */
export const networkLatency: Drill = {
  name: "network-latency",
  description: `each packet between the members' machines takes ${delayMs} ms longer for ${formatSeconds(lateMs, 0)}: the leader stays`,
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 60_000, lost: "none" },
  soak: { members: 0, seconds: 75 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const machines = cluster.memberMachines.map(({ id }) => id);
    const leader = await cluster.leader();
    faultBegins();
    await cluster.client.delayPackets(machines, delayMs);
    let roundTrip = 0;
    try {
      await sleep(lateMs);
      roundTrip = await measureRoundTrip(cluster, leader);
    } finally {
      await cluster.client.endPacketDelay();
      faultEnds();
    }
    log(`member ${leader} connects to the others within ${roundTrip.toFixed(0)} ms`);
    if (!(roundTrip >= 2 * delayMs)) throw new Error(`packets were not late: ${roundTrip.toFixed(0)} ms`);
    const now = await cluster.leader();
    if (now !== leader) throw new Error(`member ${now} leads now; late packets must not cause an election`);
  },
};
