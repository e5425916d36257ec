import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1";
import * as pulumi from "@pulumi/pulumi";

import { recommendedLabels } from "../shared/labels.plan";

/**
 * Priorities between Kubernetes' own `system-cluster-critical` (2,000,000,000) and the default of pods (0). The API server
 * refuses user-defined classes above 1,000,000,000.
 */
const classes = [
  { key: "addons", value: 1_000_000, preemptionPolicy: "PreemptLowerPriority", description: "Add-ons" },
  { key: "headroom", value: -10, preemptionPolicy: "Never", description: "Placeholder pods that reserve room" },
];

/** PriorityClasses for the cluster's own programs. */
export class PriorityClasses extends pulumi.ComponentResource {
  constructor(name: string, _args: object, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:PriorityClasses", name, {}, options);
    for (const { key, ...priorityClass } of classes) {
      const metadata = { name: `holdfast-${key}`, labels: recommendedLabels({ name: "priority-classes" }) };
      new PriorityClass(`${name}-${key}`, { metadata, globalDefault: false, ...priorityClass }, { parent: this });
    }
    this.registerOutputs();
  }
}
