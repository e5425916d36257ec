import { z } from "zod";
import { flag, mapping, scalarText, disk, text, textMap, texts, wholeNumber } from "../settings/fields";
import { architecture, defaultInstanceType } from "../machines/settings";
import {
  imageRule,
  instanceTypePatternRule,
  instanceTypeRule,
  labelKeyRule,
  labelRule,
  labelValueRule,
  zoneRule,
} from "../settings/textRules";

const taint = mapping({
  key: text(labelKeyRule, { description: "Key of the taint." }),
  value: scalarText(labelValueRule).default("").meta({ description: "Value of the taint." }),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .meta({ description: "What becomes of pods that do not tolerate it." }),
});

const range = (least: number, most: number, of: string, unit: string) =>
  mapping({
    min: wholeNumber(least, most, { description: `Least ${of}.`, unit }),
    max: wholeNumber(least, most, { description: `Most ${of}.`, unit, defaultIs: "absent: any" }).optional(),
  });

/** EC2's largest machines have 1920 vCPUs and 32 TiB; a pool of them is no mistake that a limit would find. */
const requirements = mapping({
  vcpus: range(2, 2048, "vCPUs", "vCPUs").meta({ description: "vCPUs of a machine." }),
  memoryGiB: range(2, 32768, "memory", "GiB").meta({ description: "Memory of a machine." }),
  gpus: range(1, 64, "GPUs", "GPUs")
    .optional()
    .meta({ description: "GPUs of a machine; with `gpu: true`.", defaultIs: "absent: none" }),
  burstable: flag({ description: "Whether types with CPU credits (t3, t4g …) will do." }).default(false),
  excludedTypes: texts(instanceTypePatternRule, {
    description: "Types that will not do; `*` stands for anything: `m5*`, `*.metal`.",
  })
    .max(400)
    .default([]),
});

const spot = mapping({
  allocation: z
    .enum(["priceCapacityOptimized", "capacityOptimized", "capacityOptimizedPrioritized"])
    .default("priceCapacityOptimized")
    .meta({
      description:
        "Where spot machines are taken from: where there are most of them at a low price, where there are most, or that in the order of `instanceTypes`.",
    }),
  rebalance: flag({
    description: "Replace a spot machine when AWS warns that it may be taken back, not when it has gone.",
  }).default(true),
});

const workerPool = mapping({
  os: z
    .enum(["linux", "windows"])
    .default("linux")
    .meta({ description: "Operating system. Windows machines are tainted `os=windows:NoSchedule`." }),
  instanceTypes: texts(instanceTypeRule, {
    description: "EC2 instance types in order of preference, all of one architecture.",
    defaultIs: `\`[${defaultInstanceType}]\`, or none with \`requirements\``,
  })
    .min(1)
    .optional(),
  requirements: requirements
    .optional()
    .meta({
      description: "What an instance type must have; AWS takes any of the current generation that has it.",
      defaultIs: "absent: `instanceTypes`",
    }),
  architecture,
  min: wholeNumber(0, 5000, {
    description: "Fewest machines; with `perZone`, of each zone.",
    unit: "machines",
  }).default(1),
  max: wholeNumber(0, 5000, {
    description: "Most machines; the autoscaler moves between the two.",
    unit: "machines",
    defaultIs: "`min`",
  }).optional(),
  perZone: flag({
    description:
      "One group for each zone, so that the autoscaler can add a machine in the zone that a pod's volume is bound to.",
  }).default(false),
  onDemand: mapping({
    base: wholeNumber(0, 5000, { description: "Machines that are always on demand.", unit: "machines" }).default(0),
    percentAboveBase: wholeNumber(0, 100, {
      description: "Share of on-demand machines above the base; the rest is spot.",
      unit: "%",
    }).default(100),
  })
    .prefault({})
    .meta({ description: "Mix of on-demand and spot machines." }),
  spot: spot.prefault({}).meta({ description: "How spot machines are chosen and replaced." }),
  zones: texts(zoneRule, { description: "Zones of this pool by letter or full name.", defaultIs: "`network.zones`" })
    .min(1)
    .optional(),
  labels: textMap(labelKeyRule, labelValueRule, { description: "Kubernetes node labels." }),
  taints: z.array(taint).default([]).meta({ description: "Kubernetes node taints." }),
  rootVolume: disk(100, 20, "Root disk of each machine"),
  gpu: flag({
    description:
      "GPU machines: labelled and tainted `nvidia.com/gpu`, from `nodes.gpuImages`. Needed with NVIDIA instance families.",
  }).default(false),
  sandbox: z
    .enum(["gvisor"])
    .optional()
    .meta({
      description: "Pods whose RuntimeClass asks for it run in this sandbox; labelled `holdfast.dev/sandbox`.",
      defaultIs: "absent: none",
    }),
  warmPool: mapping({
    min: wholeNumber(0, 5000, { description: "Stopped machines kept ready.", unit: "machines" }).default(0),
    max: wholeNumber(0, 5000, {
      description: "Most machines, stopped and running.",
      unit: "machines",
      defaultIs: "the pool's `max`",
    }).optional(),
  })
    .optional()
    .meta({
      description: "Stopped machines kept ready; on demand and of one instance type.",
      defaultIs: "absent: none",
    }),
  image: text(imageRule, {
    description: "Machine image of this pool.",
    defaultIs: "`nodes.images`, `nodes.gpuImages` or `nodes.windowsImage`",
  }).optional(),
  // 110 is kubelet's default; a /24 a node has 254 addresses and the largest machines are usually given 250.
  maxPods: wholeNumber(8, 250, { description: "Most pods on a machine.", unit: "pods" }).default(110),
  minHealthyPercentage: wholeNumber(0, 100, {
    description: "Share of the pool that stays healthy while machines are replaced.",
    unit: "%",
  }).default(90),
});

/** `workers` in the settings: pools by name. */
export const workersSchema = z
  .record(
    // A role name may have 64 characters; the cluster's 20, `-worker-` and Pulumi's suffix of 8 leave 28.
    z.string().check((context) => {
      const message = labelRule(28)(context.value);
      if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
    }),
    workerPool,
  )
  .prefault({ general: {} })
  .meta({ description: "Worker pools by name.", defaultIs: "one pool, `general`" });
