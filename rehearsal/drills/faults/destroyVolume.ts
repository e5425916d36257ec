import { type Drill, unresponsiveMember } from "../drill";

/** The new machine has a blank volume and joins as a learner. */
export const destroyVolume: Drill = {
  name: "destroy-volume",
  description:
    "the leader's machine is terminated and its volume is blank: the stale member is removed, a learner joins and is promoted",
  limits: { ...unresponsiveMember, fullStrengthMs: 240_000, lost: "none" },
  soak: { members: 1, seconds: 60 },
  async inject({ cluster, faultBegins }) {
    const lost = await cluster.leader();
    const { id } = cluster.etcdMachine(lost);
    const before = await cluster.listVoters();
    faultBegins();
    await cluster.client.powerOff(id);
    await cluster.client.blankVolumes(id);
    await cluster.client.destroy(id);
    return async () => {
      const after = await cluster.listVoters();
      const changed = cluster.memberNames.filter((member) => after[member] !== before[member]).join();
      if (changed !== lost) throw new Error(`new etcd members: ${changed || "none"}; expected only ${lost}`);
    };
  },
};
