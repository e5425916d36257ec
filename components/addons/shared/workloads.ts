import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type { apps, core, meta } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";

import type { Program } from "./labels.plan";
import { recommendedLabels, selectorLabels } from "./labels.plan";
import { nodeAgentPod, replicatedPod, systemNamespace } from "./pods.plan";

export interface WorkloadArgs {
  readonly program: Program;
  readonly serviceAccountName: pulumi.Input<string>;
  /** Containers, and fields that differ from those of other add-ons' pods. */
  readonly pod: core.v1.PodSpec;
}

export interface DeploymentArgs extends WorkloadArgs {
  readonly replicas: number;
  readonly strategy?: apps.v1.DeploymentStrategy;
}

export interface DaemonSetArgs extends WorkloadArgs {
  readonly update: apps.v1.DaemonSetUpdateStrategy;
  /** Annotations of the pods: a change restarts them. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Deployment in kube-system, spread over zones; with several replicas, it has a disruption budget. */
export function createDeployment(
  name: string,
  { program, serviceAccountName, pod, replicas, strategy }: DeploymentArgs,
  parent: pulumi.Resource,
): Deployment {
  const { metadata, matchLabels } = namesOf(program);
  if (replicas > 1) createDisruptionBudget(name, metadata, matchLabels, parent);
  return new Deployment(
    `${name}-deployment`,
    {
      metadata,
      spec: {
        replicas,
        selector: { matchLabels },
        strategy,
        template: {
          metadata: { labels: metadata.labels },
          spec: { ...replicatedPod(serviceAccountName, matchLabels), ...pod },
        },
      },
    },
    { parent },
  );
}

/** Updates as many nodes at a time. */
export const rollingUpdate = (maxUnavailable: number | string): apps.v1.DaemonSetUpdateStrategy => ({
  type: "RollingUpdate",
  rollingUpdate: { maxUnavailable },
});

/** A node gets the new pod when its machine is replaced. */
export const updateWithMachine: apps.v1.DaemonSetUpdateStrategy = { type: "OnDelete" };

/** DaemonSet in kube-system, by default on every Linux node. */
export function createDaemonSet(
  name: string,
  { program, serviceAccountName, pod, update, annotations }: DaemonSetArgs,
  parent: pulumi.Resource,
): DaemonSet {
  const { metadata, matchLabels } = namesOf(program);
  return new DaemonSet(
    `${name}-daemon-set`,
    {
      metadata,
      spec: {
        selector: { matchLabels },
        updateStrategy: update,
        template: {
          metadata: { labels: metadata.labels, annotations },
          spec: { ...nodeAgentPod(serviceAccountName), ...pod },
        },
      },
    },
    { parent },
  );
}

/** Allows evicting one pod at a time. */
export function createDisruptionBudget(
  name: string,
  metadata: meta.v1.ObjectMeta,
  matchLabels: Readonly<Record<string, string>>,
  parent: pulumi.Resource,
): void {
  new PodDisruptionBudget(
    `${name}-budget`,
    { metadata, spec: { maxUnavailable: 1, selector: { matchLabels } } },
    { parent },
  );
}

function namesOf(program: Program) {
  const metadata = { name: program.name, namespace: systemNamespace, labels: recommendedLabels(program) };
  return { metadata, matchLabels: selectorLabels(program.name) };
}
