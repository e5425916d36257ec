import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../../clusterSpec";
import { controllerCharts } from "../shared/charts.plan";
import { deployChart } from "../shared/deployChart";
import { gpuValues } from "./values.plan";

/** Hands the GPUs of GPU pools to pods. */
export class GpuDevicePlugin extends pulumi.ComponentResource {
  constructor(
    name: string,
    { spec }: { readonly spec: Pick<ClusterSpec, "platform"> },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:GpuDevicePlugin", name, {}, options);
    deployChart(
      `${name}-chart`,
      {
        release: "nvidia-device-plugin",
        from: controllerCharts.nvidiaDevicePlugin,
        values: gpuValues(spec.platform.gpuDevicePlugin),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
