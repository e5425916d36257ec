import { z } from "zod";
import { duration } from "../../settings/durations";
import { flag, mapping, scalarText, texts, wholeNumber } from "../../settings/fields";
import type { FieldMeta, Parsed } from "../../settings/fields";
import { holdfastDefaults, kubeletDefaults, kubernetesDefaults } from "./defaults.plan";
import { notConfigurable } from "./notConfigurable";
import { bytesRule, quantityRule, sysctlRule, thresholdRule } from "./textRules";

/** Description of a field with the default of its key. */
const about = (key: keyof typeof kubeletDefaults, description: string, unit?: string): FieldMeta => {
  const value = kubeletDefaults[key];
  return {
    description,
    ...(unit === undefined ? {} : { unit }),
    defaultIs: `\`${typeof value === "string" ? value : JSON.stringify(value)}\``,
  };
};

/** Amounts whose shortage makes kubelet evict pods. */
export const evictionSignals = [
  "memory.available",
  "nodefs.available",
  "nodefs.inodesFree",
  "imagefs.available",
  "imagefs.inodesFree",
  "pid.available",
] as const;
export type EvictionSignal = (typeof evictionSignals)[number];

function bySignal<Value extends z.ZodType>(value: (signal: EvictionSignal) => Value, description: string) {
  const shape = Object.fromEntries(evictionSignals.map((signal) => [signal, value(signal)]));
  return mapping(shape as Record<EvictionSignal, Value>)
    .optional()
    .meta({ description });
}

const threshold = (description: string, byDefault: (signal: EvictionSignal) => string) => (signal: EvictionSignal) =>
  scalarText(thresholdRule)
    .optional()
    .meta({ description: `${description} \`${signal}\`.`, defaultIs: byDefault(signal) });

const gracePeriod = (signal: EvictionSignal) =>
  duration("1s", "1h", {
    description: `Time below the soft threshold of \`${signal}\` before evictions.`,
    defaultIs: "absent: none",
  }).optional();

const none = (): string => "absent: none";

/** Reserved resources. The maxima exclude slips of the unit; the checks compare the amounts with the machine. */
const reservation = (key: "systemReserved" | "kubeReserved", programs: string) => {
  const of = (resource: keyof typeof holdfastDefaults.kubeReserved, most: string, example: string) =>
    scalarText(resource === "cpu" ? quantityRule("0", most, example) : bytesRule("0", most, example))
      .optional()
      .meta({
        description: `${resource} reserved for ${programs}.`,
        defaultIs: `\`${holdfastDefaults[key][resource]}\``,
      });
  return mapping({
    cpu: of("cpu", "64", "500m"),
    memory: of("memory", "1Ti", "1Gi"),
    "ephemeral-storage": of("ephemeral-storage", "1Ti", "2Gi"),
    pid: scalarText(quantityRule("0", "1000000", "1000"))
      .optional()
      .meta({ description: `Processes reserved for ${programs}.`, defaultIs: "absent: none" }),
  })
    .optional()
    .meta({ description: `Resources reserved for ${programs}; pods cannot request them.` });
};

const cpuManagerOption = (description: string) => flag({ description, defaultIs: "`false`" }).optional();

/**
 * The fields keep the names and notations of KubeletConfiguration, so that examples for Kubernetes apply. The selection is that of
 * managed services (GKE's NodeKubeletConfig, AKS, Karpenter's EC2NodeClass) and of requests to kOps. Limits are those of
 * Kubernetes where it has any, and GKE's for log files; 4,194,304 is the kernel's largest `pid_max` (proc(5)). Other limits exclude
 * slips of the unit.
 */
export const kubeletFields = mapping(
  {
    podPidsLimit: wholeNumber(
      1024,
      4_194_304,
      about("podPidsLimit", "Maximum number of processes per pod.", "processes"),
    ).optional(),
    systemReserved: reservation("systemReserved", "systemd and its services"),
    kubeReserved: reservation("kubeReserved", "kubelet and containerd"),
    evictionHard: bySignal(
      threshold("Evict pods at once below this amount of", (signal) => `\`${holdfastDefaults.evictionHard[signal]}\``),
      "Hard eviction thresholds: quantities or percentages.",
    ),
    evictionSoft: bySignal(
      threshold("Evict pods after the grace period below this amount of", none),
      "Soft eviction thresholds; each requires its `evictionSoftGracePeriod`.",
    ),
    evictionSoftGracePeriod: bySignal(gracePeriod, "Grace periods of the soft eviction thresholds."),
    evictionMinimumReclaim: bySignal(
      threshold("Once evicting, free at least this much of", none),
      "Amounts to free beyond the eviction thresholds.",
    ),
    evictionMaxPodGracePeriod: wholeNumber(
      0,
      300,
      about("evictionMaxPodGracePeriod", "Maximum termination grace period of pods at soft evictions.", "seconds"),
    ).optional(),
    evictionPressureTransitionPeriod: duration(
      "1s",
      "1h",
      about("evictionPressureTransitionPeriod", "Time that a node stays under pressure after its last shortage."),
    ).optional(),
    imageGCHighThresholdPercent: wholeNumber(
      2,
      99,
      about("imageGCHighThresholdPercent", "Disk usage above which kubelet removes unused images.", "%"),
    ).optional(),
    imageGCLowThresholdPercent: wholeNumber(
      1,
      98,
      about("imageGCLowThresholdPercent", "Disk usage down to which kubelet removes unused images.", "%"),
    ).optional(),
    imageMinimumGCAge: duration(
      "1s",
      "24h",
      about("imageMinimumGCAge", "Time that an unused image is kept even if the disk fills."),
    ).optional(),
    imageMaximumGCAge: duration(
      "0s",
      "8760h",
      about("imageMaximumGCAge", "Age at which an unused image is removed in any case; `0s` never."),
    ).optional(),
    containerLogMaxSize: scalarText(bytesRule("1Mi", "1Gi", "50Mi"))
      .optional()
      .meta({ ...about("containerLogMaxSize", "Size at which a container's log file is rotated. 1Mi to 1Gi.") }),
    containerLogMaxFiles: wholeNumber(
      2,
      10,
      about("containerLogMaxFiles", "Number of log files per container.", "files"),
    ).optional(),
    serializeImagePulls: flag(about("serializeImagePulls", "Pull one image at a time.")).optional(),
    maxParallelImagePulls: wholeNumber(1, 100, {
      ...about("maxParallelImagePulls", "Number of images that are pulled at a time.", "images"),
      defaultIs: `\`${holdfastDefaults.maxParallelImagePulls}\`, or 1 with \`serializeImagePulls\``,
    }).optional(),
    registryPullQPS: wholeNumber(
      0,
      1000,
      about("registryPullQPS", "Image pulls per second; 0 for no limit."),
    ).optional(),
    registryBurst: wholeNumber(1, 1000, about("registryBurst", "Image pulls in a burst.")).optional(),
    eventRecordQPS: wholeNumber(
      0,
      1000,
      about("eventRecordQPS", "Events per second; 0 for no limit, with Kubernetes 1.37 or later."),
    ).optional(),
    eventBurst: wholeNumber(1, 1000, about("eventBurst", "Events in a burst.")).optional(),
    kubeAPIQPS: wholeNumber(1, 1000, about("kubeAPIQPS", "Requests to the API server per second.")).optional(),
    kubeAPIBurst: wholeNumber(1, 1000, about("kubeAPIBurst", "Requests to the API server in a burst.")).optional(),
    allowedUnsafeSysctls: texts(
      sysctlRule,
      {
        description:
          "Kernel parameters that pods may set although Kubernetes calls them unsafe; at most 10 names or patterns.",
        defaultIs: "`[]`",
      },
      { most: 10 },
    ).optional(),
    cpuCFSQuota: flag(about("cpuCFSQuota", "Enforce CPU limits of containers.")).optional(),
    cpuManagerPolicy: z
      .enum(["none", "static"])
      .optional()
      .meta({
        ...about("cpuManagerPolicy", "`static` gives containers of guaranteed pods with whole CPUs their own CPUs."),
      }),
    cpuManagerPolicyOptions: mapping({
      "full-pcpus-only": cpuManagerOption("Allocate whole physical cores only."),
      "distribute-cpus-across-numa": cpuManagerOption(
        "Distribute CPUs evenly if a container needs several NUMA nodes.",
      ),
      "strict-cpu-reservation": cpuManagerOption("Keep all pods off the reserved CPUs."),
      "prefer-align-cpus-by-uncorecache": cpuManagerOption("Prefer CPUs that share a last-level cache."),
    })
      .optional()
      .meta({ description: "Options of the static CPU manager policy." }),
    memoryManagerPolicy: z
      .enum(["None", "Static"])
      .optional()
      .meta({
        ...about("memoryManagerPolicy", "`Static` gives guaranteed pods memory of as few NUMA nodes as possible."),
      }),
    reservedMemory: z
      .array(
        mapping({
          numaNode: wholeNumber(0, 15, { description: "Number of the NUMA node." }),
          limits: mapping({
            memory: scalarText(bytesRule("1Mi", "1Ti", "1Gi")).meta({
              description: "Reserved memory of the NUMA node.",
            }),
          }).meta({ description: "Reserved resources of the NUMA node." }),
        }),
      )
      .max(16)
      .optional()
      .meta({
        description:
          "Reserved memory by NUMA node, with `memoryManagerPolicy: Static`. The sum is that of `systemReserved`, `kubeReserved` and the hard eviction threshold.",
        defaultIs: "all on NUMA node 0",
      }),
    topologyManagerPolicy: z
      .enum(["none", "best-effort", "restricted", "single-numa-node"])
      .optional()
      .meta({ ...about("topologyManagerPolicy", "Alignment of CPUs, memory and devices of a pod to NUMA nodes.") }),
    topologyManagerScope: z
      .enum(["container", "pod"])
      .optional()
      .meta({ ...about("topologyManagerScope", "Align each container, or all containers of a pod together.") }),
    shutdownGracePeriod: duration(
      "1s",
      "2m",
      about(
        "shutdownGracePeriod",
        "Delay of a shutdown in which pods end; the notice of a spot interruption has two minutes.",
      ),
    ).optional(),
    shutdownGracePeriodCriticalPods: duration(
      "1s",
      "2m",
      about("shutdownGracePeriodCriticalPods", "Last part of it, for critical pods."),
    ).optional(),
    singleProcessOOMKill: flag({
      description: "Kill only the process that exceeds a memory limit, not all of its container.",
      defaultIs: "`false`",
    }).optional(),
    crashLoopBackOff: mapping({
      maxContainerRestartPeriod: duration("1s", "300s", {
        description: "Maximum delay between restarts of a container that fails.",
        defaultIs: `\`${kubernetesDefaults.crashLoopBackOff.maxContainerRestartPeriod}\``,
      }).optional(),
    })
      .optional()
      .meta({ description: "Restarts of containers that fail." }),
    streamingConnectionIdleTimeout: duration(
      "30s",
      "24h",
      about(
        "streamingConnectionIdleTimeout",
        "Time after which idle connections of `kubectl exec` and `port-forward` end.",
      ),
    ).optional(),
  },
  {},
  notConfigurable,
);

export type KubeletSettings = Parsed<typeof kubeletFields>;

/** Kubelet settings of some nodes, as a section of their own. */
export const kubeletSettings = (description: string) => kubeletFields.prefault({}).meta({ description });
