import { type Drill, unresponsiveMember } from "../drill";

/** The leader's machine and its volume are gone: a blank one comes, and is taken in as a learner. */
export const destroyVolume: Drill = {
  name: "destroy-volume",
  what: "the leader's machine is terminated and its volume is blank: stale member out, learner in, promoted",
  limits: { ...unresponsiveMember, fullStrengthMs: 240_000, lost: "none" },
  async inject({ cluster, begins }) {
    const lost = await cluster.leader();
    const { id } = cluster.etcdMachine(lost);
    const before = await cluster.listVoters();
    begins();
    await cluster.client.powerOff(id);
    await cluster.client.blankVolumes(id);
    await cluster.client.destroy(id);
    return async () => {
      const after = await cluster.listVoters();
      const changed = cluster.memberNames.filter((member) => after[member] !== before[member]).join();
      if (changed !== lost) throw new Error(`members that are new: ${changed || "none"}; not ${lost} alone`);
    };
  },
};
