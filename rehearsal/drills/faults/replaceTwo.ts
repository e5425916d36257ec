import { callQueryApi } from "../aws";
import type { Drill } from "../drill";
import { waitForReplacement } from "../memberReplacement";

export const replaceTwo: Drill = {
  name: "replace-two",
  description:
    "the groups of two members terminate their machines at the same moment; the replacements run one after another",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 600_000, lost: "none" },
  soak: { members: 1, seconds: 180 },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const { memberNames } = cluster;
    const old = memberNames.slice(0, 2).map((member) => cluster.etcdMachine(member).id);
    faultBegins();
    for (const InstanceId of old) {
      const call = { InstanceId, ShouldDecrementDesiredCapacity: false };
      await callQueryApi(cluster, "autoscaling", "TerminateInstanceInAutoScalingGroup", call);
    }
    faultEnds();
    const maxUnavailable = await waitForReplacement(cluster, old, 600_000);
    log(`at most ${maxUnavailable} of ${memberNames.length} members unavailable at a time`);
  },
};
