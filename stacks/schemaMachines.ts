import { z } from "zod";
import { disk, flag, mapping, scalarText, text, textMap, texts, wholeNumber } from "./schemaFields";
import {
  assetPathRule,
  deviceRule,
  imageRule,
  instanceTypeRule,
  labelKeyRule,
  labelRule,
  labelValueRule,
  registryRule,
  sha256Rule,
  urlRule,
  zoneRule,
} from "./schemaText";

/** Two CPUs, 8 GiB, and to be had in every region but the newest. */
const defaultInstanceType = "m6i.large";

export const architecture = z
  .enum(["amd64", "arm64"])
  .optional()
  .meta({ description: "CPU architecture; if written, it is compared.", defaultIs: "that of the instance type" });

export const instanceType = () =>
  text(instanceTypeRule, { description: "EC2 instance type." }).default(defaultInstanceType);

export const members = (of: string) =>
  z
    .literal([1, 3, 5], { error: "write 1, 3 or 5: an even number survives no more failures than one less" })
    .default(3)
    .meta({ description: `Number of ${of}, spread over the zones: 1, 3 or 5.` });

/** `controlPlane` in the settings. */
export const controlPlaneSchema = mapping({
  members: members("machines"),
  instanceType: instanceType(),
  architecture,
  rootVolume: disk(50, 20, "Root disk of each machine"),
})
  .prefault({})
  .meta({ description: "The control plane's machines." });

const amazonLinux = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default";

/** `nodes` in the settings. */
export const nodesSchema = mapping({
  images: mapping({
    amd64: text(imageRule, { description: "Image of amd64 machines: an AMI id or `resolve:ssm:<parameter>`." }).default(
      `${amazonLinux}-x86_64`,
    ),
    arm64: text(imageRule, { description: "Image of arm64 machines." }).default(`${amazonLinux}-arm64`),
  })
    .prefault({})
    .meta({ description: "Machine images; any distribution with systemd and cloud-init." }),
  rootDevice: text(deviceRule, {
    description: "Root device of those images: /dev/xvda on Amazon Linux, /dev/sda1 on Ubuntu.",
  }).default("/dev/xvda"),
  assets: mapping({
    baseUrl: text(urlRule, {
      description: "Mirror of the binaries that machines download.",
      defaultIs: "absent: the upstream release sites",
    }).optional(),
    sha256: textMap(assetPathRule, sha256Rule, {
      description: "SHA-256 by path below the mirror, over the known ones; for a mirror with builds of its own.",
    }),
  })
    .prefault({})
    .meta({ description: "Where kubelet, etcd, containerd and the like come from." }),
  registryMirrors: textMap(registryRule, urlRule, { description: "Container registry mirrors: URL by registry host." }),
})
  .prefault({})
  .meta({ description: "What every machine has in common." });

const taint = mapping({
  key: text(labelKeyRule, { description: "Key of the taint." }),
  value: scalarText(labelValueRule).default("").meta({ description: "Value of the taint." }),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .meta({ description: "What becomes of pods that do not tolerate it." }),
});

const workerPool = mapping({
  instanceTypes: texts(instanceTypeRule, {
    description: "EC2 instance types in order of preference, all of one architecture.",
  })
    .min(1)
    .default([defaultInstanceType]),
  architecture,
  min: wholeNumber(0, 5000, { description: "Fewest machines.", unit: "machines" }).default(1),
  max: wholeNumber(0, 5000, {
    description: "Most machines; the autoscaler moves between the two.",
    unit: "machines",
    defaultIs: "`min`",
  }).optional(),
  onDemand: mapping({
    base: wholeNumber(0, 5000, { description: "Machines that are always on demand.", unit: "machines" }).default(0),
    percentAboveBase: wholeNumber(0, 100, {
      description: "Share of on-demand machines above the base; the rest is spot.",
      unit: "%",
    }).default(100),
  })
    .prefault({})
    .meta({ description: "Mix of on-demand and spot machines." }),
  zones: texts(zoneRule, { description: "Zones of this pool by letter or full name.", defaultIs: "`network.zones`" })
    .min(1)
    .optional(),
  labels: textMap(labelKeyRule, labelValueRule, { description: "Kubernetes node labels." }),
  taints: z.array(taint).default([]).meta({ description: "Kubernetes node taints." }),
  rootVolume: disk(100, 20, "Root disk of each machine"),
  gpu: flag({
    description: "GPU machines: labelled and tainted `nvidia.com/gpu`. Needed with NVIDIA instance families.",
  }).default(false),
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
  image: text(imageRule, { description: "Machine image of this pool.", defaultIs: "`nodes.images`" }).optional(),
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
