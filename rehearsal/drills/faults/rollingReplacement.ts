import type { Drill } from "../drill";
import { untilReplaced } from "../membersDown";
import type { Rehearsed } from "../rehearsedCluster";
import { otherType, rollOut } from "../rollOut";

/** Which file system each member's data is on. */
function volumes(cluster: Rehearsed): Promise<string[]> {
  return Promise.all(cluster.letters.map((letter) => cluster.onMember(letter, "findmnt -no UUID /var/lib/etcd")));
}

const instanceType = "imds_token; imds instance-type";

/** All machines of the control plane and of etcd change their instance type in one `pulumi up`. */
export const rollingReplacement: Drill = {
  name: "rolling-replacement",
  what:
    "another instance type for all machines of the control plane and of etcd: the instance refreshes of all their groups " +
    "begin at the same moment, and the machines give way one after another",
  promised: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 1_500_000, lost: "none" },
  async inject({ cluster, begins, ends, say }) {
    const { letters } = cluster;
    const old = cluster.status.machines.filter(({ role }) => role !== "worker");
    const [voters, disks] = [await cluster.voters(), await volumes(cluster)];
    const wanted = otherType(await cluster.onMember(letters[0] ?? "a", instanceType));
    begins();
    await Promise.all(old.map(({ group }) => rollOut(cluster, group, wanted)));
    ends();
    const ids = old.map(({ id }) => id);
    const most = await untilReplaced(cluster, ids, 1_500_000);
    say(`${old.length} machines replaced, never more than ${most} of ${letters.length} members away`);
    return async () => {
      if (JSON.stringify(await cluster.voters()) !== JSON.stringify(voters))
        throw new Error("etcd's membership changed");
      if ((await volumes(cluster)).join() !== disks.join()) throw new Error("a member has another volume");
      for (const letter of letters) {
        const found = await cluster.onMember(letter, instanceType);
        if (found !== wanted) throw new Error(`member ${letter} is a ${found}, not a ${wanted}`);
      }
    };
  },
};
