/**
 * GPUs: NVIDIA's device plugin says how many a node has and hands them to pods. Driver and container toolkit are the
 * machine image's (`workers.<pool>.image`); the node's containerd is set to them by node/files/steps/gpu.
 */

import { gpuKey } from "../../workers/pools.plan";
import type { GpuDevicePluginSpec } from "../controllersSpec";
import { onEveryNode, resources } from "../shared/workload.plan";

/** Values of the plugin's chart. */
export function gpuValues({ timeSlices }: GpuDevicePluginSpec) {
  return {
    // Whether a node has GPUs is its pool's setting; nobody has to look for devices on every node.
    affinity: null,
    nodeSelector: { [gpuKey]: "true" },
    tolerations: [onEveryNode],
    priorityClassName: "system-node-critical",
    resources: resources("50m", "64Mi", "256Mi"),
    // A plugin that finds no driver fails, and its node shows it, instead of waiting for pods that never come.
    failOnInitError: true,
    gfd: { enabled: false },
    nfd: { enabled: false },
    ...(timeSlices > 1 && { config: { default: "default", map: { default: sharing(timeSlices) } } }),
  };
}

/** The plugin's own configuration (docs of k8s-device-plugin, "Shared access to GPUs"), which is YAML: JSON is, too. */
function sharing(timeSlices: number): string {
  const resources = [{ name: gpuKey, replicas: timeSlices }];
  return JSON.stringify({ version: "v1", sharing: { timeSlicing: { resources } } });
}
