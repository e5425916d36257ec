import { z } from "zod";
import { expanders } from "./controllersSpec";
import { flag, mapping, text, wholeNumber } from "../settings/fields";
import { labelRule } from "../settings/textRules";

/** The platform's controllers that speak to AWS or guard nodes: parts of `platform` in the settings. */

const switched = (description: string) => flag({ description }).default(true);

const deletion = (what: string) =>
  z
    .enum(["Delete", "Retain"])
    .default("Delete")
    .meta({ description: `What becomes of ${what}: it is deleted as well, or stays on AWS.` });

export const ebsCsi = mapping({
  enabled: switched("EBS CSI driver: volumes for pods."),
  storageClass: mapping({
    name: text(labelRule(63), { description: "Name of the class that claims get: gp3, encrypted." }).default(
      "encrypted",
    ),
    isDefault: switched("Claims that name no class get this one."),
    fileSystem: z.enum(["ext4", "xfs"]).default("ext4").meta({ description: "File system of new volumes." }),
    iops: wholeNumber(3000, 16000, {
      description: "Provisioned operations of each volume, at most 500 for each GiB of it.",
      unit: "IOPS",
    }).default(3000),
    throughputMiBps: wholeNumber(125, 1000, {
      description: "Provisioned throughput of each volume, at most a quarter of the IOPS.",
      unit: "MiB/s",
    }).default(125),
    reclaimPolicy: deletion("a volume whose claim is deleted"),
  })
    .prefault({})
    .meta({ description: "The class of volumes." }),
  snapshots: mapping({
    enabled: switched("Snapshots of volumes: the snapshot controller and a default class."),
    deletionPolicy: deletion("a snapshot whose object is deleted"),
  })
    .prefault({})
    .meta({ description: "Snapshots of volumes." }),
})
  .prefault({})
  .meta({ description: "Volumes for pods." });

export const nodeTerminationHandler = mapping({
  enabled: switched("Node Termination Handler: drains a worker before its group, AWS or anybody ends it."),
  drainSeconds: wholeNumber(60, 7200, {
    description: "How long a worker has for its pods to move before it is ended all the same.",
    unit: "seconds",
  }).default(600),
  scheduledChanges: switched("Maintenance that AWS announces for a machine drains it."),
})
  .prefault({})
  .meta({ description: "Draining of workers." });

export const clusterAutoscaler = mapping({
  enabled: switched("Cluster Autoscaler: sizes pools by the pods that wait and the nodes that nobody needs."),
  expanders: z
    .array(z.enum(expanders))
    .min(1)
    .default(["least-waste"])
    .meta({ description: "How a pool is chosen among several, asked in this order: least-waste, priority …" }),
  priorities: z
    .record(z.string(), z.int().min(1).max(1000))
    .default({})
    .meta({ description: "Priority of pools by name, 1 to 1000, the highest first; with the expander `priority`." }),
  balanceSimilarPools: switched("Pools that are alike are grown evenly."),
  scaleDown: mapping({
    enabled: switched("Nodes that are not needed go."),
    utilizationPercentage: wholeNumber(1, 99, {
      description: "Share of a node that pods request, below which it is not needed.",
      unit: "%",
    }).default(50),
    unneededMinutes: wholeNumber(1, 1440, {
      description: "How long a node is not needed before it goes.",
      unit: "minutes",
    }).default(10),
    delayAfterAddMinutes: wholeNumber(0, 1440, {
      description: "How long nothing is scaled down after a scale-up.",
      unit: "minutes",
    }).default(10),
  })
    .prefault({})
    .meta({ description: "When nodes go." }),
})
  .prefault({})
  .meta({ description: "Sizes of pools." });

export const nodeProblemDetector = mapping({
  enabled: switched("Node Problem Detector: conditions and events for what is wrong with a node."),
  remedy: mapping({
    enabled: switched("Workers that stay broken are replaced, one at a time."),
    notReadyMinutes: wholeNumber(5, 1440, {
      description: "How long a worker is not ready before it is replaced.",
      unit: "minutes",
    }).default(15),
    problemMinutes: wholeNumber(1, 1440, {
      description: "How long a worker has a problem that does not pass before it is replaced.",
      unit: "minutes",
    }).default(5),
    pauseMinutes: wholeNumber(5, 1440, {
      description: "How long nobody is replaced after a replacement.",
      unit: "minutes",
    }).default(10),
    mostBrokenPercentage: wholeNumber(1, 100, {
      description: "Share of broken workers above which none is replaced: it is not the machines then.",
      unit: "%",
    }).default(20),
  })
    .prefault({})
    .meta({ description: "Replacement of broken workers." }),
})
  .prefault({})
  .meta({ description: "Broken nodes." });

export const gpuDevicePlugin = mapping({
  enabled: switched("NVIDIA's device plugin, where a pool has GPUs."),
  timeSlices: wholeNumber(1, 32, { description: "Pods that share a GPU by turns; 1: none share." }).default(1),
})
  .prefault({})
  .meta({ description: "GPUs." });

export const sandbox = mapping({ enabled: switched("RuntimeClass `gvisor`, where a pool has `sandbox: gvisor`.") })
  .prefault({})
  .meta({ description: "Sandboxed pods." });
