import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { createChartRelease } from "../shared/chartRelease";
import { gpuDevicePluginValues } from "./values.plan";

/** NVIDIA device plugin: advertises the GPUs of GPU pools to the scheduler. */
export class GpuDevicePlugin extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:GpuDevicePlugin", name, {}, options);
    createChartRelease(
      `${name}-chart`,
      {
        repository: "https://nvidia.github.io/k8s-device-plugin",
        chart: "nvidia-device-plugin",
        version: "0.20.0",
        values: gpuDevicePluginValues(spec.addons.gpuDevicePlugin),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
