import type { ClusterSpec } from "../../clusterSpec";
import { formatQuantity, parseQuantity } from "../../tenancy/quantity.plan";
import { holdfastDefaults, kubeletDefaults } from "./defaults.plan";
import type { KubeletSettings } from "./settings";

/** The more specific settings take precedence, field by field, and in a mapping (`evictionHard`) key by key. */
export function mergeKubelet(general: KubeletSettings, specific: KubeletSettings): KubeletSettings {
  const merged: Record<string, unknown> = { ...general };
  for (const [key, value] of Object.entries<unknown>(specific)) {
    if (value === undefined) continue;
    const before = merged[key];
    merged[key] = isMapping(before) && isMapping(value) ? { ...before, ...value } : value;
  }
  return merged;
}

const isMapping = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Settings of the kubelets of the control plane. */
export const controlPlaneKubelet = ({ nodes, controlPlane }: ClusterSpec): KubeletSettings =>
  mergeKubelet(nodes.kubelet, controlPlane.kubelet);

/** Settings of the kubelets of a Linux pool. */
export const poolKubelet = ({ nodes, workers }: ClusterSpec, pool: string): KubeletSettings =>
  mergeKubelet(nodes.kubelet, workers[pool]?.kubelet ?? {});

/** Settings with all defaults. */
export function withDefaults(settings: KubeletSettings) {
  const merged = { ...kubeletDefaults, ...mergeKubelet(kubeletDefaults, settings) };
  const maxParallelImagePulls =
    settings.maxParallelImagePulls ?? (merged.serializeImagePulls ? 1 : holdfastDefaults.maxParallelImagePulls);
  return { ...merged, maxParallelImagePulls };
}

/** kubelet's memory that pods cannot use, in nano-bytes; undefined if the eviction threshold is a percentage. */
export function reservedMemoryOf(settings: KubeletSettings): bigint | undefined {
  const { systemReserved, kubeReserved, evictionHard } = withDefaults(settings);
  const parts = [systemReserved.memory, kubeReserved.memory, evictionHard["memory.available"]].map((each) =>
    parseQuantity(each ?? ""),
  );
  return parts.reduce<bigint | undefined>(
    (sum, part) => (sum === undefined || part === undefined ? undefined : sum + part),
    0n,
  );
}

/**
 * Fields of KubeletConfiguration that differ from the cluster's, in the notation of kubelet; empty without settings.
 * `evictionHard` and other mappings contain only the changed keys, because a merge patch keeps the others.
 */
export function kubeletOverrides(settings: KubeletSettings): Readonly<Record<string, unknown>> {
  const { cpuManagerPolicyOptions, serializeImagePulls, memoryManagerPolicy, reservedMemory } = settings;
  const total = reservedMemoryOf(settings);
  return withoutUndefined({
    ...settings,
    maxParallelImagePulls:
      serializeImagePulls === undefined ? settings.maxParallelImagePulls : withDefaults(settings).maxParallelImagePulls,
    cpuManagerPolicyOptions:
      cpuManagerPolicyOptions &&
      Object.fromEntries(Object.entries(cpuManagerPolicyOptions).map(([name, value]) => [name, String(value)])),
    reservedMemory:
      memoryManagerPolicy === "Static" && total !== undefined
        ? (reservedMemory ?? [{ numaNode: 0, limits: { memory: formatQuantity(total, "bytes") } }])
        : reservedMemory,
    // Kubernetes refuses `false` with cgroup v1, and has it as the default with cgroup v2.
    singleProcessOOMKill: settings.singleProcessOOMKill === true ? true : undefined,
  });
}

function withoutUndefined(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
