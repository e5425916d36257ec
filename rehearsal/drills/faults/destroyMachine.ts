import { type Drill, silentMember } from "../drill";

/** The leader's machine is gone for good: its group starts another, which takes over volume and name. */
export const destroyMachine: Drill = {
  name: "destroy-machine",
  what: "the leader's machine is terminated without a goodbye; its volume stays",
  promised: { ...silentMember, fullStrengthMs: 240_000, lost: "none" },
  async inject({ cluster, begins }) {
    const leader = await cluster.leader();
    const machine = cluster.etcdMachine(leader);
    const before = await cluster.voters();
    begins();
    await cluster.client.destroy(machine.id);
    return async () => {
      const after = await cluster.voters();
      if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error("etcd's membership changed");
    };
  },
};
