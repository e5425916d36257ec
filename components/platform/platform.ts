import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../clusterSpec";
import { PriorityClasses } from "./priorityClasses";

export interface PlatformArgs {
  readonly spec: ClusterSpec;
}

/** What runs inside the cluster for all, in the order in which each needs those before it. */
export class Platform extends pulumi.ComponentResource {
  readonly priorities: PriorityClasses;

  constructor(name: string, _args: PlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:platform:Platform", name, {}, options);
    this.priorities = new PriorityClasses(`${name}-priorities`, { parent: this });
    this.registerOutputs();
  }
}
