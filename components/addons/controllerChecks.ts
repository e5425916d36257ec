import type { ClusterSpec } from "../clusterSpec";
import { checkDuplicates } from "../network/checks";
import { nearest } from "../settings/suggestions";
import type { Finding, SettingPath } from "../settings/problems";

/** What of the platform's controllers cannot work together, or with this cluster's pools. */
export function* checkControllers(spec: ClusterSpec): Iterable<Finding> {
  if (spec.platform.ebsCsi.enabled) yield* checkStorage(spec);
  if (spec.platform.clusterAutoscaler.enabled) yield* checkAutoscaler(spec);
}

/** gp3 takes 500 IOPS for each GiB, and 0.25 MiB/s for each IOPS (EBS user guide, "General Purpose SSD volumes"). */
function* checkStorage({ platform }: ClusterSpec): Iterable<Finding> {
  const { iops, throughputMiBps } = platform.ebsCsi.storageClass;
  const path: SettingPath = ["platform", "ebsCsi", "storageClass"];
  if (throughputMiBps * 4 <= iops) return;
  yield {
    path: [...path, "throughputMiBps"],
    found: throughputMiBps,
    message: `takes ${throughputMiBps * 4} IOPS at least, and there are ${iops}; write at most ${Math.floor(iops / 4)}, or more iops`,
    involves: [[...path, "iops"]],
  };
}

function* checkAutoscaler({ platform, workers }: ClusterSpec): Iterable<Finding> {
  const { expanders, priorities } = platform.clusterAutoscaler;
  const path: SettingPath = ["platform", "clusterAutoscaler"];
  yield* checkDuplicates([...path, "expanders"], expanders);
  const pools = Object.keys(workers);
  for (const [pool, priority] of Object.entries(priorities)) {
    if (pools.includes(pool)) continue;
    const meant = nearest(pool, pools);
    yield {
      path: [...path, "priorities", pool],
      found: priority,
      message:
        meant === undefined ? `is no pool; write one of ${pools.join(", ")}` : `is no pool; did you mean ${meant}?`,
      involves: [["workers"]],
    };
  }
  const wanted = expanders.includes("priority");
  if (wanted === Object.keys(priorities).length > 0) return;
  yield {
    path: [...path, wanted ? "expanders" : "priorities"],
    found: wanted ? expanders : priorities,
    message: wanted
      ? "has priority, and no pool has one; write platform.clusterAutoscaler.priorities"
      : "is of use with the expander priority alone; add it to platform.clusterAutoscaler.expanders",
    involves: [[...path, wanted ? "priorities" : "expanders"]],
  };
}
