import * as pulumi from "@pulumi/pulumi";
import { RuntimeClass } from "@pulumi/kubernetes/node/v1/runtimeClass";

import { ClusterAutoscaler } from "./clusterAutoscaler/clusterAutoscaler";
import type { ControllerArgs } from "./shared/controller";
import { NodeProblemDetector } from "./nodeProblemDetector/nodeProblemDetector";
import { GpuDevicePlugin } from "./gpuDevicePlugin/gpuDevicePlugin";
import { sandboxedPools, sandboxRuntimeClass } from "./gvisor/runtimeClass.plan";
import { EbsCsi } from "./ebsCsiDriver/ebsCsiDriver";
import { NodeTerminationHandler } from "./nodeTerminationHandler/nodeTerminationHandler";

export interface ControllersArgs extends ControllerArgs {
  /** The cluster's key for disks. */
  readonly disksKeyArn: pulumi.Input<string>;
  /** Names of the workers' Auto Scaling groups, by what tells them apart in names of resources. */
  readonly groupNames: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The controllers that speak to AWS or guard nodes; each is there unless it is switched off, or has nothing to do. */
export class Controllers extends pulumi.ComponentResource {
  readonly nodeTerminationHandler: NodeTerminationHandler | undefined;

  constructor(name: string, args: ControllersArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Controllers", name, {}, options);
    const { platform, workers } = args.spec;
    const inside = { parent: this };

    if (platform.ebsCsi.enabled) new EbsCsi(`${name}-ebs-csi`, args, inside);
    this.nodeTerminationHandler = platform.nodeTerminationHandler.enabled
      ? new NodeTerminationHandler(`${name}-termination-handler`, args, inside)
      : undefined;
    if (platform.clusterAutoscaler.enabled) new ClusterAutoscaler(`${name}-autoscaler`, args, inside);
    if (platform.nodeProblemDetector.enabled) new NodeProblemDetector(`${name}-problem-detector`, {}, inside);
    if (platform.gpuDevicePlugin.enabled && Object.values(workers).some(({ gpu }) => gpu)) {
      new GpuDevicePlugin(`${name}-gpu`, args, inside);
    }
    const sandboxed = sandboxedPools(workers);
    if (platform.sandbox.enabled && sandboxed.length > 0) {
      new RuntimeClass(`${name}-sandbox`, sandboxRuntimeClass(sandboxed), inside);
    }
    this.registerOutputs();
  }
}
