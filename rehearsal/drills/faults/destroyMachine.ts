import { isDeepStrictEqual } from "node:util";
import { type Drill, unresponsiveMember } from "../drill";

/** The Auto Scaling group starts another machine, which takes over volume and DNS name. */
export const destroyMachine: Drill = {
  name: "destroy-machine",
  description: "the leader's machine is terminated without shutdown; its volume remains",
  limits: { ...unresponsiveMember, fullStrengthMs: 240_000, lost: "none" },
  soak: { members: 1, seconds: 60 },
  async inject({ cluster, faultBegins }) {
    const machine = cluster.etcdMachine(await cluster.leader());
    const before = await cluster.listVoters();
    faultBegins();
    await cluster.client.destroy(machine.id);
    return async () => {
      if (!isDeepStrictEqual(await cluster.listVoters(), before)) throw new Error("the etcd membership changed");
    };
  },
};
