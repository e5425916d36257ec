/** All drills in their order, and limitations of the rehearsal. */
import { UsageError } from "../../cli/program";
import { suggest } from "../../components/settings/suggestions";
import type { Drill } from "./drill";
import { kmsUnreachable, route53Unreachable, ssmUnreachable } from "./faults/awsUnreachable";
import { badApiServerConfig } from "./faults/badApiServerConfig";
import { badRestores } from "./faults/badRestores";
import { brokenNode } from "./faults/brokenNode";
import { bucketUnreachable } from "./faults/bucketUnreachable";
import { caRotation } from "./faults/caRotation";
import { clockOff } from "./faults/clockOff";
import { cutOffZone } from "./faults/cutOffZone";
import { destroyMachine } from "./faults/destroyMachine";
import { destroyVolume, olderVolume } from "./faults/destroyVolume";
import { diskFull } from "./faults/diskFull";
import { failingWebhook } from "./faults/failingWebhook";
import { growVolume } from "./faults/growVolume";
import { killedBackup } from "./faults/killedBackup";
import { killedPromotion } from "./faults/killedPromotion";
import { killedRestore } from "./faults/killedRestore";
import { leafRenewal } from "./faults/leafRenewal";
import { lateRestore, loseQuorum } from "./faults/loseQuorum";
import { growMembers, shrinkMembers } from "./faults/memberNumber";
import { moveEtcd } from "./faults/moveEtcd";
import { networkLatency } from "./faults/networkLatency";
import { oneWayPartition } from "./faults/oneWayPartition";
import { packetLoss } from "./faults/packetLoss";
import { pauseLeader, pauseLeaderMachine } from "./faults/pausedLeader";
import { powerOff } from "./faults/powerOff";
import { cpuPressure, memoryPressure } from "./faults/pressure";
import { quotaUsedUp } from "./faults/quotaUsedUp";
import { reencrypt } from "./faults/reencrypt";
import { removePool } from "./faults/removePool";
import { replaceTwo } from "./faults/replaceTwo";
import { rollingReplacement } from "./faults/rollingReplacement";
import { saKeyRotation } from "./faults/saKeyRotation";
import { scaleOutAndIn } from "./faults/scaleOutAndIn";
import { slowDisk } from "./faults/slowDisk";
import { rollback, upgradeMinor, upgradePatch } from "./faults/upgrades";
import { upgradeStops } from "./faults/upgradeStops";
import { upgradeTwoMinors } from "./faults/upgradeTwoMinors";
import { poolRefresh, spotInterruption } from "./faults/workersLeave";

export const drills: readonly Drill[] = [
  powerOff("a"),
  powerOff("b"),
  powerOff("c"),
  destroyMachine,
  destroyVolume,
  olderVolume,
  cutOffZone,
  oneWayPartition,
  packetLoss,
  networkLatency,
  pauseLeader,
  pauseLeaderMachine,
  cpuPressure,
  memoryPressure,
  loseQuorum,
  lateRestore,
  bucketUnreachable,
  ssmUnreachable,
  route53Unreachable,
  kmsUnreachable,
  diskFull,
  quotaUsedUp,
  growVolume,
  slowDisk,
  clockOff,
  replaceTwo,
  rollingReplacement,
  badApiServerConfig,
  shrinkMembers,
  growMembers,
  killedBackup,
  killedRestore,
  badRestores,
  killedPromotion,
  scaleOutAndIn,
  spotInterruption,
  poolRefresh,
  removePool,
  brokenNode,
  failingWebhook,
  leafRenewal,
  saKeyRotation,
  caRotation,
  reencrypt,
  upgradePatch,
  upgradeStops,
  upgradeMinor,
  rollback,
  upgradeTwoMinors,
  // Last, because the others then run with external etcd.
  moveEtcd,
];

/** Faults that a rehearsal cannot reproduce. */
export const limitations: readonly { readonly fault: string; readonly reason: string }[] = [
  {
    fault: "the programs of the Cluster Autoscaler, the Node Termination Handler and the Node Problem Detector",
    reason:
      "the Go module proxy does not serve them, or a rehearsal host cannot build them. The drills scale-out-and-in, " +
      "spot-interruption, pool-refresh and broken-node make the same calls instead: groups by the autoscaler's tags, SetDesiredCapacity, " +
      "TerminateInstanceInAutoScalingGroup, the plan's queue, drains, CompleteLifecycleAction, and node conditions with the " +
      "detector's ServiceAccount. They do not test the autoscaler's calculations, nor the detection in a kernel log.",
  },
  {
    fault: "response times of AWS",
    reason:
      "a rehearsed group checks its instance refresh every second, and a load balancer removes targets at once. On AWS both can " +
      "take minutes, so that a rollout takes longer there.",
  },
  {
    fault: "a wrong clock for a whole machine",
    reason:
      "machines share one kernel, which has no namespace for CLOCK_REALTIME. The drill clock-off replaces the clock functions of " +
      "etcd, the control plane and kubelet; systemd timers and the node's scripts keep the host's clock. AWS would refuse " +
      "backups and metrics with signatures that are five minutes off, which raises alarms.",
  },
  {
    fault: "growth of a mounted file system in a container without CAP_SYS_RESOURCE",
    reason:
      "the kernel requires this capability for ext4. There, the drill grow-volume checks that the volumes grow while they are in use, " +
      "and that each member tries to grow its file system.",
  },
  {
    fault: "reordered, duplicate and corrupt packets, and a narrow network",
    reason:
      "the kernel of the rehearsal host has no netem. The drill packet-loss drops packets at random in the router (nftables), and " +
      "network-latency sends them through a program that holds each one.",
  },
  {
    fault: "a paused machine whose kernel stops too",
    reason:
      "machines share one kernel. The drill pause-leader-machine freezes all processes of a machine; its kernel keeps acknowledging " +
      "packets, so that connections look alive for longer than those of a paused virtual machine.",
  },
  {
    fault:
      "evictions by kubelet for a lack of memory, and the kernel's choice by oom_score_adj without CAP_SYS_RESOURCE",
    reason:
      "kubelet reads the memory of the host instead of that of its machine. The drill memory-pressure limits the machine's cgroup, in which " +
      "the kernel kills the largest process; without this capability, no process can lower its oom_score_adj.",
  },
  {
    fault: "latency of every disk write",
    reason:
      "the kernel of the rehearsal host has no device-mapper (dm-delay). The drill slow-disk freezes the file system in pulses " +
      "instead: all writes wait, reads do not.",
  },
];

/** Drills that start with machines of one Kubernetes version. */
export interface DrillGroup {
  /** Default: the stack's version. */
  readonly from?: string | undefined;
  readonly drills: readonly Drill[];
}

/** Drills by the version of their start, each in a rehearsal of its own, in the order of the first ones. */
export function groupByStart(chosen: readonly Drill[]): readonly DrillGroup[] {
  const starts = [...new Set(chosen.map(({ from }) => from))];
  return starts.map((from) => ({ from, drills: chosen.filter((each) => each.from === from) }));
}

/** Drills by comma-separated names, or `all` that a topology of etcd allows. @throws UsageError for an unknown name. */
export function selectDrills(names: string, topology: "stacked" | "external"): readonly Drill[] {
  if (names === "all") return drills.filter((drill) => drill.topology === undefined || drill.topology === topology);
  return names.split(",").map((name) => {
    const found = drills.find((drill) => drill.name === name);
    if (found !== undefined) return found;
    throw new UsageError(`unknown drill ${name}; ${suggest(name, ["all", ...drills.map((drill) => drill.name)])}`);
  });
}
