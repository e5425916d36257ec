import { isDeepStrictEqual } from "node:util";
import type { Drill } from "../drill";
import { readVolumes, waitForReplacement } from "../memberReplacement";
import { otherInstanceType, startRollout } from "../rollout";

const readInstanceType = "imds_token; imds instance-type";

export const rollingReplacement: Drill = {
  name: "rolling-replacement",
  description:
    "new instance type for all machines of the control plane and of etcd: the instance refreshes of all their groups start at " +
    "the same moment; the machines are replaced one after another",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 1_500_000, lost: "none" },
  soak: { members: 1, seconds: 400 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const { memberNames } = cluster;
    const old = cluster.memberMachines;
    const [voters, volumes] = [await cluster.listVoters(), await readVolumes(cluster)];
    const wanted = otherInstanceType(await cluster.runOnMember(memberNames[0] ?? "a", readInstanceType));
    faultBegins();
    await Promise.all(old.map(({ group }) => startRollout(cluster, group, { instanceType: wanted })));
    faultEnds();
    const ids = old.map(({ id }) => id);
    const maxUnavailable = await waitForReplacement(cluster, ids, 1_500_000);
    log(
      `${old.length} machines replaced, at most ${maxUnavailable} of ${memberNames.length} members unavailable at a time`,
    );
    return async () => {
      if (!isDeepStrictEqual(await cluster.listVoters(), voters)) throw new Error("the etcd membership changed");
      if (!isDeepStrictEqual(await readVolumes(cluster), volumes)) throw new Error("a member has another volume");
      for (const member of memberNames) {
        const found = await cluster.runOnMember(member, readInstanceType);
        if (found !== wanted) throw new Error(`member ${member} has instance type ${found} instead of ${wanted}`);
      }
    };
  },
};
