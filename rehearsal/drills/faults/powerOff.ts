import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, unresponsiveMember } from "../drill";
import { formatSeconds } from "../durations";
import { checkEtcdConnections } from "../etcdConnections";

/** Longer than the load balancer needs to remove the target. */
const offMs = 20_000;

export function powerOff(member: string): Drill {
  return {
    name: `power-off-${member}`,
    description: `the machine of member ${member} loses power for ${formatSeconds(offMs, 0)}`,
    limits: { ...unresponsiveMember, fullStrengthMs: 120_000, lost: "none" },
    soak: { members: 1, seconds: 60 },
    async inject({ cluster, faultBegins, faultEnds }) {
      const { name } = cluster.etcdMachine(member);
      faultBegins();
      await cluster.client.powerOff(name);
      await sleep(offMs);
      await cluster.client.powerOn(name);
      faultEnds();
      return () => checkEtcdConnections(cluster);
    },
  };
}
