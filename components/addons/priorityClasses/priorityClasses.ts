import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1";
import * as pulumi from "@pulumi/pulumi";

import { recommendedLabels } from "../shared/labels.plan";

/**
 * Options of a PriorityClass. The API server refuses new values (k8s.io/kubernetes, ValidatePriorityClassUpdate), and the name
 * is taken until the old class is deleted. Pods keep the priority that they were created with.
 */
export const replacedPriorityClass: pulumi.CustomResourceOptions = {
  deleteBeforeReplace: true,
  replaceOnChanges: ["value", "preemptionPolicy"],
};

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
      const args = { metadata, globalDefault: false, ...priorityClass };
      new PriorityClass(`${name}-${key}`, args, { parent: this, ...replacedPriorityClass });
    }
    this.registerOutputs();
  }
}
