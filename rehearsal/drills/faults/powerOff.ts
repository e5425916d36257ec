import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, unresponsiveMember } from "../drill";
import { checkEtcdConnections } from "../etcdConnections";

/** Longer than a load balancer takes to find out. */
const offMs = 20_000;

/** A member's machine loses its power, and gets it back. */
export function powerOff(member: string): Drill {
  return {
    name: `power-off-${member}`,
    what: `the machine of member ${member} loses its power for ${offMs / 1000} s`,
    limits: { ...unresponsiveMember, fullStrengthMs: 120_000, lost: "none" },
    async inject({ cluster, begins, ends }) {
      const { name } = cluster.etcdMachine(member);
      begins();
      await cluster.client.powerOff(name);
      await sleep(offMs);
      await cluster.client.powerOn(name);
      ends();
      return () => checkEtcdConnections(cluster);
    },
  };
}
