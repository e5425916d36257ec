import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, unresponsiveMember } from "../drill";
import { formatSeconds } from "../durations";

const cutMs = 45_000;

/** The leader learns from the others that they have elected another one, but cannot answer them. Clients still reach its API server. */
export const oneWayPartition: Drill = {
  name: "one-way-partition",
  description: `the leader's machine receives packets of the other members' machines, but its own to them are lost, for ${formatSeconds(cutMs, 0)}`,
  limits: { ...unresponsiveMember, fullStrengthMs: 120_000, lost: "none" },
  soak: { members: 1, seconds: 75 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    const { id } = cluster.etcdMachine(leader);
    const others = cluster.memberNames.filter((member) => member !== leader);
    const receivers = cluster.memberMachines.map((machine) => machine.id).filter((each) => each !== id);
    faultBegins();
    await cluster.client.losePackets([id], receivers, 100);
    try {
      await sleep(cutMs / 2);
      const elected = await cluster.leader(others);
      if (elected === leader) throw new Error(`member ${leader} still leads, although the others cannot hear it`);
      const outcome = await cluster.runOnMember(
        leader,
        "ETCDCTL_ENDPOINTS=$own_endpoint etcdctl put /drill/one-way 1 >/dev/null 2>&1 && echo taken || echo refused",
      );
      if (outcome !== "refused") throw new Error(`member ${leader} accepted a write that it cannot send to the others`);
      log(`member ${leader} refuses writes; member ${elected} leads`);
      await sleep(cutMs / 2);
    } finally {
      await cluster.client.endPacketLoss();
      faultEnds();
    }
  },
};
