import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { createChartRelease } from "../shared/chartRelease";
import { chart, gpuDevicePluginValues } from "./values.plan";

/** NVIDIA device plugin: advertises the GPUs of GPU pools to the scheduler. */
export class GpuDevicePlugin extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:GpuDevicePlugin", name, {}, options);
    createChartRelease(
      `${name}-chart`,
      { ...chart, values: gpuDevicePluginValues(spec.addons.gpuDevicePlugin) },
      { parent: this },
    );
    this.registerOutputs();
  }
}
