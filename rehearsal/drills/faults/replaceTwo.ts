import { callQueryApi } from "../aws";
import type { Drill } from "../drill";
import { waitForReplacement } from "../memberReplacement";

/** Two members are to be replaced at the same moment, by their groups: they go one after another. */
export const replaceTwo: Drill = {
  name: "replace-two",
  what: "the groups of two members end their machines at the same moment; they queue, and are replaced one after another",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 600_000, lost: "none" },
  async inject({ cluster, begins, ends, log }) {
    const leaving = cluster.memberNames.slice(0, 2);
    const old = leaving.map((member) => cluster.etcdMachine(member).id);
    begins();
    for (const InstanceId of old) {
      const call = { InstanceId, ShouldDecrementDesiredCapacity: false };
      await callQueryApi(cluster, "autoscaling", "TerminateInstanceInAutoScalingGroup", call);
    }
    ends();
    const most = await waitForReplacement(cluster, old, 600_000);
    log(`never more than ${most} of ${cluster.memberNames.length} members away`);
  },
};
