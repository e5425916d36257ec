import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1";
import * as pulumi from "@pulumi/pulumi";

import { partLabels } from "../shared/labels.plan";

/**
 * Priorities between Kubernetes' own two for what a cluster cannot do without (`system-node-critical`, 2,000,001,000, and
 * `system-cluster-critical`, 2,000,000,000) and the 0 of pods that say nothing. A pod's own class is never above 1,000,000,000.
 */
export const priorityClasses = {
  /** Controllers that workloads soon miss, but not at once: figures, scaling, approval. */
  platform: { name: "holdfast-platform", value: 1_000_000, preempts: true, for: "Controllers of the platform" },
  /** Room kept free for others: it gives way to everything. */
  headroom: { name: "holdfast-headroom", value: -10, preempts: false, for: "Pods that only keep room free" },
} as const;

/** The priority classes of the platform. */
export class PriorityClasses extends pulumi.ComponentResource {
  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:PriorityClasses", name, {}, options);
    for (const [key, each] of Object.entries(priorityClasses)) {
      new PriorityClass(
        `${name}-${key}`,
        {
          metadata: { name: each.name, labels: partLabels({ name: "priority-classes" }) },
          value: each.value,
          preemptionPolicy: each.preempts ? "PreemptLowerPriority" : "Never",
          globalDefault: false,
          description: each.for,
        },
        { parent: this },
      );
    }
    this.registerOutputs();
  }
}
