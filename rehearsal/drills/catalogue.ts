/** Every drill, in the order in which they are run; and those that machines of this kind cannot have. */
import type { Drill } from "./drill";
import { badRestores } from "./faults/badRestores";
import { brokenNode } from "./faults/brokenNode";
import { bucketUnreachable } from "./faults/bucketUnreachable";
import { caRotation } from "./faults/caRotation";
import { clockOff } from "./faults/clockOff";
import { cutOffZone } from "./faults/cutOffZone";
import { destroyMachine } from "./faults/destroyMachine";
import { destroyVolume } from "./faults/destroyVolume";
import { diskFull } from "./faults/diskFull";
import { killedBackup } from "./faults/killedBackup";
import { killedPromotion } from "./faults/killedPromotion";
import { killedRestore } from "./faults/killedRestore";
import { leafRenewal } from "./faults/leafRenewal";
import { lateRestore, loseQuorum } from "./faults/loseQuorum";
import { powerOff } from "./faults/powerOff";
import { quotaUsedUp } from "./faults/quotaUsedUp";
import { replaceTwo } from "./faults/replaceTwo";
import { rollingReplacement } from "./faults/rollingReplacement";
import { saKeyRotation } from "./faults/saKeyRotation";
import { scaleOutAndIn } from "./faults/scaleOutAndIn";
import { slowDisk } from "./faults/slowDisk";
import { poolRefresh, spotInterruption } from "./faults/workersLeave";

export const drills: readonly Drill[] = [
  powerOff("a"),
  powerOff("b"),
  powerOff("c"),
  destroyMachine,
  destroyVolume,
  cutOffZone,
  loseQuorum,
  lateRestore,
  bucketUnreachable,
  diskFull,
  quotaUsedUp,
  slowDisk,
  clockOff,
  replaceTwo,
  rollingReplacement,
  killedBackup,
  killedRestore,
  badRestores,
  killedPromotion,
  scaleOutAndIn,
  spotInterruption,
  poolRefresh,
  brokenNode,
  leafRenewal,
  saKeyRotation,
  caRotation,
];

/** Faults that cannot be had here, and why. */
export const limitations: readonly { readonly fault: string; readonly why: string }[] = [
  {
    fault: "the Cluster Autoscaler, the Node Termination Handler and the Node Problem Detector themselves",
    why:
      "their programs are not served as Go modules, or have no build here. The drills scale-out-and-in, spot-interruption, " +
      "pool-refresh and broken-node make the same calls in their place: groups found by the autoscaler's tags, " +
      "SetDesiredCapacity, TerminateInstanceInAutoScalingGroup, the plan's queue, drains, CompleteLifecycleAction, conditions " +
      "of nodes that the detector's account sets. What the autoscaler would calculate is not rehearsed, nor what the detector " +
      "would find in a kernel's log.",
  },
  {
    fault: "the time that AWS takes to act",
    why:
      "a group here looks at its refresh every second, and a network load balancer's targets leave when they are told; on AWS " +
      "either takes up to minutes, so that a rollout takes longer there.",
  },
  {
    fault: "a wrong clock for everything on a machine",
    why:
      "machines share one kernel, and no namespace divides CLOCK_REALTIME. The drill clock-off replaces the code by which " +
      "etcd, the control plane and kubelet read it; timers of systemd and the node's scripts keep the host's. Backups and " +
      "figures signed by a clock that is five minutes off would be refused by AWS, and their silence alarms.",
  },
  {
    fault: "every write of a disk a little slower",
    why:
      "the kernel here has no device-mapper (dm-delay). The drill slow-disk freezes the file system in pulses instead: all " +
      "writes wait, reads do not.",
  },
];

/**
 * The drills that are meant by a comma-separated list of names, or by `all`.
 * @throws for a name that there is not.
 */
export function selectDrills(names: string): readonly Drill[] {
  if (names === "all") return drills;
  return names.split(",").map((name) => {
    const found = drills.find((drill) => drill.name === name);
    if (found !== undefined) return found;
    throw new Error(`no drill ${name}; there are all, list, ${drills.map((drill) => drill.name).join(", ")}`);
  });
}
