import { gpuKey } from "../../workers/pools.plan";
import type { Chart } from "../shared/images.plan";
import { resources, tolerateEverything } from "../shared/pods.plan";
import type { GpuDevicePluginSpec } from "./settings";

export const chart: Chart = {
  repository: "https://nvidia.github.io/k8s-device-plugin",
  chart: "nvidia-device-plugin",
  version: "0.20.0",
  registries: ["nvcr.io"],
};

/**
 * Values of the chart `nvidia-device-plugin`. Driver and container toolkit come with the machine image
 * (`workers.<pool>.image`); node/files/steps/gpu configures containerd for them.
 */
export function gpuDevicePluginValues({ timeSlices }: GpuDevicePluginSpec) {
  return {
    // The pool's label selects the nodes, instead of feature discovery on every node.
    affinity: null,
    nodeSelector: { [gpuKey]: "true" },
    tolerations: [tolerateEverything],
    priorityClassName: "system-node-critical",
    resources: resources("50m", "64Mi", "256Mi"),
    // Fail visibly on a node without a driver, instead of advertising no GPUs.
    failOnInitError: true,
    gfd: { enabled: false },
    nfd: { enabled: false },
    config: timeSlices > 1 ? { default: "default", map: { default: timeSlicing(timeSlices) } } : undefined,
  };
}

/** Plugin configuration (k8s-device-plugin, "Shared Access to GPUs") as JSON, which is YAML. */
function timeSlicing(replicas: number): string {
  return JSON.stringify({ version: "v1", sharing: { timeSlicing: { resources: [{ name: gpuKey, replicas }] } } });
}
