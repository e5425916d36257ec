import { setTimeout as sleep } from "node:timers/promises";
import { type Drill, unresponsiveMember } from "../drill";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";

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
    return () => expectOnlyNewMember(cluster, lost, before);
  },
};

/** The leader of etcd expects entries that the member has acknowledged and no longer has. */
export const olderVolume: Drill = {
  name: "older-volume",
  description:
    "a member's data becomes older than what it has acknowledged, as with a snapshot of its volume: it keeps this data aside and joins again",
  limits: { ...unresponsiveMember, fullStrengthMs: 240_000, lost: "none" },
  async inject({ cluster, faultBegins }) {
    const leader = await cluster.leader();
    const member = cluster.memberNames.find((name) => name !== leader) ?? leader;
    const before = await cluster.listVoters();
    await cluster.runOnMember(
      member,
      "systemctl stop etcd; cp -a /var/lib/etcd/data /var/lib/etcd/older; systemctl start etcd",
    );
    await sleep(5_000); // for writes that the copy lacks
    faultBegins();
    await cluster.runOnMember(
      member,
      "systemctl kill -s KILL etcd; systemctl stop etcd; cd /var/lib/etcd; rm -rf data; mv older data; systemctl start --no-block etcd",
    );
    await waitUntil(`a new vote of ${member}`, 240_000, async () => {
      const vote = (await cluster.listVoters())[member];
      return vote !== undefined && vote !== before[member];
    });
    return () => expectOnlyNewMember(cluster, member, before);
  },
};

/** @throws if another member than this one has a new identity in etcd. */
async function expectOnlyNewMember(
  cluster: RehearsedCluster,
  member: string,
  before: Awaited<ReturnType<RehearsedCluster["listVoters"]>>,
): Promise<void> {
  const after = await cluster.listVoters();
  const changed = cluster.memberNames.filter((name) => after[name] !== before[name]).join();
  if (changed !== member) throw new Error(`new etcd members: ${changed || "none"}; expected only ${member}`);
}
