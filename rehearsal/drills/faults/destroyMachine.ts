import { type Drill, unresponsiveMember } from "../drill";

/** The leader's machine is gone for good: its group starts another, which takes over volume and name. */
export const destroyMachine: Drill = {
  name: "destroy-machine",
  what: "the leader's machine is terminated without a goodbye; its volume stays",
  limits: { ...unresponsiveMember, fullStrengthMs: 240_000, lost: "none" },
  async inject({ cluster, begins }) {
    const leader = await cluster.leader();
    const machine = cluster.etcdMachine(leader);
    const before = await cluster.listVoters();
    begins();
    await cluster.client.destroy(machine.id);
    return async () => {
      const after = await cluster.listVoters();
      if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error("etcd's membership changed");
    };
  },
};
