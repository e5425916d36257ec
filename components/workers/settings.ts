import { z } from "zod";
import { architecture, defaultInstanceType } from "../machines/settings";
import { kubeletSettings } from "../node/kubelet/settings";
import { disk, flag, mapping, ruled, scalarText, text, textMap, texts, wholeNumber } from "../settings/fields";
import type { Parsed, Resolved } from "../settings/fields";
import { architectureOf } from "../settings/instanceTypes";
import {
  awsIdRule,
  imageRule,
  instanceTypePatternRule,
  instanceTypeRule,
  labelKeyRule,
  labelRule,
  labelValueRule,
  versionRule,
  zoneRule,
} from "../settings/textRules";

const taint = mapping({
  key: text(labelKeyRule, { description: "Key of the taint." }),
  value: scalarText(labelValueRule).default("").meta({ description: "Value of the taint." }),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .meta({ description: "Effect on pods that do not tolerate the taint." }),
});

const range = (least: number, most: number, of: string, unit: string) =>
  mapping({
    min: wholeNumber(least, most, { description: `Minimum ${of}.`, unit }),
    max: wholeNumber(least, most, { description: `Maximum ${of}.`, unit, defaultIs: "absent: no limit" }).optional(),
  });

/** The limits are those of EC2's largest instance types: 1920 vCPUs and 32 TiB. */
const requirements = mapping({
  vcpus: range(2, 2048, "vCPUs", "vCPUs").meta({ description: "vCPUs of an instance." }),
  memoryGiB: range(2, 32768, "memory", "GiB").meta({ description: "Memory of an instance." }),
  gpus: range(1, 64, "GPUs", "GPUs")
    .optional()
    .meta({ description: "GPUs of an instance; requires `gpu: true`.", defaultIs: "absent: none" }),
  burstable: flag({ description: "Allow instance types with CPU credits (t3, t4g …)." }).default(false),
  excludedTypes: texts(
    instanceTypePatternRule,
    { description: "Excluded instance types; `*` matches any text: `m5*`, `*.metal`." },
    { most: 400 },
  ).default([]),
});

const spot = mapping({
  allocation: z
    .enum(["priceCapacityOptimized", "capacityOptimized", "capacityOptimizedPrioritized"])
    .default("priceCapacityOptimized")
    .meta({
      description:
        "Spot allocation strategy: most capacity at a low price, most capacity, or most capacity in the order of `instanceTypes`.",
    }),
  rebalance: flag({
    description: "Capacity rebalancing: replace a spot instance when AWS recommends it, before the interruption.",
  }).default(true),
});

const workerPool = mapping({
  kubernetesVersion: text(versionRule, {
    description:
      "Kubernetes version of this pool, at which its machines stay while the control plane is upgraded: never newer than the cluster's.",
    defaultIs: "that of the cluster",
  }).optional(),
  os: z
    .enum(["linux", "windows"])
    .default("linux")
    .meta({ description: "Operating system. Windows nodes have the taint `os=windows:NoSchedule`." }),
  instanceTypes: texts(instanceTypeRule, {
    description: "EC2 instance types in order of preference, all of one architecture.",
    defaultIs: `\`[${defaultInstanceType}]\`, or none with \`requirements\``,
  })
    .min(1)
    .optional(),
  requirements: requirements
    .optional()
    .meta({
      description:
        "Required properties of instance types; AWS chooses any type of the current generation that has them.",
      defaultIs: "absent: `instanceTypes`",
    }),
  architecture,
  min: wholeNumber(0, 5000, {
    description: "Minimum number of machines; with `perZone`, per zone.",
    unit: "machines",
  }).default(1),
  max: wholeNumber(0, 5000, {
    description: "Maximum number of machines; the autoscaler sizes the pool between `min` and `max`.",
    unit: "machines",
    defaultIs: "`min`",
  }).optional(),
  perZone: flag({
    description: "One Auto Scaling group per zone: the autoscaler can add a machine in the zone of a pod's volume.",
  }).default(false),
  onDemand: mapping({
    base: wholeNumber(0, 5000, {
      description: "Number of on-demand machines that the pool starts before any spot machine.",
      unit: "machines",
    }).default(0),
    percentAboveBase: wholeNumber(0, 100, {
      description: "Share of on-demand machines above `base`; all others are spot machines.",
      unit: "%",
    }).default(100),
  })
    .prefault({})
    .meta({ description: "Mix of on-demand and spot machines." }),
  spot: spot.prefault({}).meta({ description: "Allocation and replacement of spot machines." }),
  zones: texts(zoneRule, { description: "Zones of this pool by letter or full name.", defaultIs: "`network.zones`" })
    .min(1)
    .optional(),
  labels: textMap(labelKeyRule, labelValueRule, { description: "Kubernetes node labels." }),
  taints: z.array(taint).default([]).meta({ description: "Kubernetes node taints." }),
  // A network interface accepts five security groups by default; Holdfast uses one.
  securityGroupIds: texts(
    awsIdRule("sg"),
    { description: "Additional security groups of the pool's instances, in the cluster's VPC; at most four." },
    { most: 4 },
  ).default([]),
  rootVolume: disk(100, 20, "Root disk of each machine"),
  gpu: flag({
    description:
      "GPU nodes: label and taint `nvidia.com/gpu`, image from `nodes.gpuImages`. Required with NVIDIA instance families.",
  }).default(false),
  sandbox: z
    .enum(["gvisor"])
    .optional()
    .meta({
      description: "Sandbox for pods whose RuntimeClass requests it; nodes have the label `holdfast.dev/sandbox`.",
      defaultIs: "absent: none",
    }),
  warmPool: mapping({
    min: wholeNumber(0, 5000, { description: "Number of stopped machines kept ready.", unit: "machines" }).default(0),
    max: wholeNumber(0, 5000, {
      description: "Maximum number of machines, stopped and running.",
      unit: "machines",
      defaultIs: "the pool's `max`",
    }).optional(),
  })
    .optional()
    .meta({
      description: "Warm pool of stopped machines; requires exactly one on-demand instance type.",
      defaultIs: "absent: none",
    }),
  image: text(imageRule, {
    description: "Machine image of this pool.",
    defaultIs: "`nodes.images`, `nodes.gpuImages` or `nodes.windowsImage`",
  }).optional(),
  // 110 is kubelet's default; a /24 per node has 254 addresses, and 250 is usual for the largest machines.
  maxPods: wholeNumber(8, 250, { description: "Maximum number of pods per node.", unit: "pods" }).default(110),
  kubelet: kubeletSettings("Kubelet settings of this pool, which take precedence over those of all nodes.").meta({
    sameAs: "nodes.kubelet",
  }),
  // The limits are those of Auto Scaling: 0 to 100 % healthy at least, 100 to 200 % at most.
  maxUnavailable: wholeNumber(0, 100, {
    description: "Share of the pool's machines that may be out of service while machines are replaced, rounded down.",
    unit: "%",
  }).default(10),
  maxSurge: wholeNumber(0, 100, {
    description:
      "Share of the pool's machines that may start in addition while machines are replaced, rounded up. The pool may exceed `max` meanwhile.",
    unit: "%",
  }).default(10),
  // At least the 86,400 seconds of Auto Scaling, at most the 31,536,000 of its Pulumi resource (`maxInstanceLifetime`).
  maxNodeAgeDays: wholeNumber(1, 365, {
    description:
      "Maximum age of a machine. Auto Scaling drains older ones and replaces them, usually one at a time, within `maxUnavailable` and `maxSurge`; requires `addons.nodeTerminationHandler`.",
    unit: "days",
    defaultIs: "absent: no limit",
  }).optional(),
}).transform((pool) => {
  const max = pool.max ?? pool.min;
  const instanceTypes = pool.instanceTypes ?? (pool.requirements ? [] : [defaultInstanceType]);
  return {
    ...pool,
    max,
    instanceTypes,
    architecture: pool.architecture ?? architectureOf(instanceTypes[0] ?? ""),
    warmPool: pool.warmPool && { ...pool.warmPool, max: pool.warmPool.max ?? max },
  };
});

/** A role name has up to 64 characters; the cluster's 20, `-worker-` and Pulumi's suffix of 8 leave 28. */
const poolNameRule = labelRule(28);

export const workersSettings = z
  .record(ruled(poolNameRule), workerPool)
  .prefault({ general: {} })
  .meta({
    description: "Worker pools by name.",
    entry: "pool",
    defaultIs: "one pool, `general`",
    examples: [
      {
        general: {
          instanceTypes: ["m7i.xlarge", "m6i.xlarge"],
          min: 3,
          max: 30,
          kubelet: { evictionHard: { "memory.available": "500Mi" }, allowedUnsafeSysctls: ["net.core.somaxconn"] },
        },
        batch: {
          requirements: { vcpus: { min: 8 }, memoryGiB: { min: 16 } },
          min: 0,
          max: 50,
          onDemand: { percentAboveBase: 0 },
          taints: [{ key: "example.com/batch", effect: "NoSchedule" }],
        },
      },
    ],
  });

/** Worker pool; `zones` are full names. */
export type WorkerPoolSpec = Resolved<Parsed<typeof workerPool>, "kubernetesVersion" | "zones">;
export type InstanceRequirements = NonNullable<WorkerPoolSpec["requirements"]>;
export type SpotSpec = WorkerPoolSpec["spot"];
export type Taint = WorkerPoolSpec["taints"][number];
