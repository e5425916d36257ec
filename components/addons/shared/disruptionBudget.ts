import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type { meta } from "@pulumi/kubernetes/types/input";
import type { Resource } from "@pulumi/pulumi";

/** Whoever empties nodes takes one pod of a workload at a time: the others go on. */
export function disruptionBudget(
  name: string,
  metadata: meta.v1.ObjectMeta,
  matchLabels: Readonly<Record<string, string>>,
  parent: Resource,
): void {
  new PodDisruptionBudget(name, { metadata, spec: { maxUnavailable: 1, selector: { matchLabels } } }, { parent });
}
