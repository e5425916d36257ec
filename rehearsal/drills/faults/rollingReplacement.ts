import type { Drill } from "../drill";
import { waitForReplacement } from "../memberReplacement";
import type { RehearsedCluster } from "../rehearsedCluster";
import { otherInstanceType, startRollout } from "../rollout";

/** Which file system each member's data is on. */
function volumes(cluster: RehearsedCluster): Promise<string[]> {
  return Promise.all(
    cluster.memberNames.map((member) => cluster.runOnMember(member, "findmnt -no UUID /var/lib/etcd")),
  );
}

const instanceType = "imds_token; imds instance-type";

/** All machines of the control plane and of etcd change their instance type in one `pulumi up`. */
export const rollingReplacement: Drill = {
  name: "rolling-replacement",
  what:
    "another instance type for all machines of the control plane and of etcd: the instance refreshes of all their groups " +
    "begin at the same moment, and the machines give way one after another",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 1_500_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const { memberNames } = cluster;
    const old = cluster.status.machines.filter(({ role }) => role !== "worker");
    const [listVoters, disks] = [await cluster.listVoters(), await volumes(cluster)];
    const wanted = otherInstanceType(await cluster.runOnMember(memberNames[0] ?? "a", instanceType));
    begins();
    await Promise.all(old.map(({ group }) => startRollout(cluster, group, wanted)));
    ends();
    const ids = old.map(({ id }) => id);
    const most = await waitForReplacement(cluster, ids, 1_500_000);
    log(`${old.length} machines replaced, never more than ${most} of ${memberNames.length} members away`);
    return async () => {
      if (JSON.stringify(await cluster.listVoters()) !== JSON.stringify(listVoters))
        throw new Error("etcd's membership changed");
      if ((await volumes(cluster)).join() !== disks.join()) throw new Error("a member has another volume");
      for (const member of memberNames) {
        const found = await cluster.runOnMember(member, instanceType);
        if (found !== wanted) throw new Error(`member ${member} is a ${found}, not a ${wanted}`);
      }
    };
  },
};
