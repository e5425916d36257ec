import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, healthCheckWindow } from "../drill";
import { formatSeconds } from "../durations";
import type { RehearsedCluster } from "../rehearsedCluster";

const percent = 5;
const lossMs = 60_000;
/** Number of repeated segments that proves the loss; etcd's heartbeats alone are ten per second to each member. */
const leastRepeated = 50;

/** TCP segments that the members' machines have sent again, by the kernel's own count (proc_pid_net(5), snmp). */
async function countRetransmissions(cluster: RehearsedCluster): Promise<number> {
  const read = "awk '/^Tcp:/ { repeated = $13 } END { print repeated }' /proc/net/snmp";
  const counts = await Promise.all(cluster.memberMachines.map((machine) => cluster.runOn(machine, read)));
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

/**
 * A lost packet is sent again after 200 ms at the earliest, and again after twice the time: three losses in a row exceed etcd's
 * election timeout of 1 s.
 */
export const packetLoss: Drill = {
  name: "packet-loss",
  description: `${percent} % of all packets between the members' machines are lost for ${formatSeconds(lossMs, 0)}, in both directions; TCP sends them again after 0.2 s and more`,
  limits: {
    ...healthCheckWindow,
    failuresMs: lossMs + healthCheckWindow.failuresMs,
    fullStrengthMs: 60_000,
    lost: "none",
  },
  soak: { members: 1, seconds: 90 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const machines = cluster.memberMachines.map(({ id }) => id);
    const before = await countRetransmissions(cluster);
    faultBegins();
    await cluster.client.losePackets(machines, machines, percent);
    try {
      await sleep(lossMs);
    } finally {
      await cluster.client.endPacketLoss();
      faultEnds();
    }
    const repeated = (await countRetransmissions(cluster)) - before;
    log(`${repeated} TCP segments sent again; member ${await cluster.leader()} leads`);
    if (repeated < leastRepeated)
      throw new Error(`only ${repeated} TCP segments were sent again: no packets were lost`);
  },
};
