import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, silentMember } from "../drill";
import { firstUse } from "../firstUse";

/** Longer than a load balancer takes to find out. */
const offMs = 20_000;

/** A member's machine loses its power, and gets it back. */
export function powerOff(letter: string): Drill {
  return {
    name: `power-off-${letter}`,
    what: `the machine of member ${letter} loses its power for ${offMs / 1000} s`,
    promised: { ...silentMember, fullStrengthMs: 120_000, lost: "none" },
    async inject({ cluster, begins, ends }) {
      const { name } = cluster.etcdMachine(letter);
      begins();
      await cluster.client.powerOff(name);
      await sleep(offMs);
      await cluster.client.powerOn(name);
      ends();
      return () => firstUse(cluster);
    },
  };
}
