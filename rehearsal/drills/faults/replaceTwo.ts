import { callForm } from "../aws";
import type { Drill } from "../drill";
import { untilReplaced } from "../membersDown";

/** Two members are to be replaced at the same moment, by their groups: they go one after another. */
export const replaceTwo: Drill = {
  name: "replace-two",
  what: "the groups of two members end their machines at the same moment; they queue, and are replaced one after another",
  promised: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 600_000, lost: "none" },
  async inject({ cluster, begins, ends, say }) {
    const leaving = cluster.letters.slice(0, 2);
    const old = leaving.map((letter) => cluster.etcdMachine(letter).id);
    begins();
    for (const InstanceId of old) {
      const call = { InstanceId, ShouldDecrementDesiredCapacity: false };
      await callForm(cluster, "autoscaling", "TerminateInstanceInAutoScalingGroup", call);
    }
    ends();
    const most = await untilReplaced(cluster, old, 600_000);
    say(`never more than ${most} of ${cluster.letters.length} members away`);
  },
};
