import { RuntimeClass } from "@pulumi/kubernetes/node/v1/runtimeClass";
import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { gvisorRuntimeClass } from "./runtimeClass.plan";

/** RuntimeClass for pods in a gVisor sandbox. */
export class Gvisor extends pulumi.ComponentResource {
  constructor(name: string, { spec }: Pick<AddonArgs, "spec">, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Gvisor", name, {}, options);
    new RuntimeClass(`${name}-runtime-class`, gvisorRuntimeClass(spec.workers), { parent: this });
    this.registerOutputs();
  }
}
