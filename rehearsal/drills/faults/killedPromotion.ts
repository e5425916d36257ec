import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, healthCheckWindow } from "../drill";

/** The member joins again, and the others keep the quorum. */
export const killedPromotion: Drill = {
  name: "kill-promotion",
  description: "a member's volume is blank, and its machine loses power for 10 s while it is a learner",
  limits: { ...healthCheckWindow, failuresMs: 90_000, fullStrengthMs: 180_000, lost: "none" },
  soak: { members: 1, seconds: 120 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const leader = await cluster.leader();
    const [victim = "", witness = ""] = cluster.memberNames.filter((member) => member !== leader).reverse();
    const { id } = cluster.etcdMachine(victim);
    const learner = "etcdctl member list -w simple | grep -q ', true$'";
    faultBegins();
    await cluster.client.powerOff(id);
    await cluster.client.blankVolumes(id);
    await cluster.client.powerOn(id);
    const others = cluster.memberNames.filter((member) => member !== victim);
    await cluster.runOnAnyMember(`until ${learner}; do sleep 0.05; done`, [witness, ...others]);
    await cluster.client.powerOff(id);
    const state = await cluster.runOnMember(witness, `${learner} && echo learner || echo voter`);
    log(`member ${victim} lost power as a ${state}`);
    await sleep(10_000);
    await cluster.client.powerOn(id);
    faultEnds();
    if (state !== "learner") throw new Error("the learner was promoted before the power failure");
  },
};
