import type { AddonsSpec } from "../settings";
import { kernelProblems, restartProblems } from "./problems.plan";

/** Condition of a node that makes it unhealthy. */
export interface UnhealthyCondition {
  readonly type: string;
  /** Unhealthy values of the condition. */
  readonly status: readonly ("True" | "False" | "Unknown")[];
  /** Seconds for which it has to last. */
  readonly seconds: number;
}

/** Rules by which the control plane replaces workers (node/files/bin/replace-broken-workers): part of `cluster.json`. */
export interface WorkerReplacementRules {
  readonly conditions: readonly UnhealthyCondition[];
  /** Seconds between two replacements. */
  readonly pauseSeconds: number;
  /** Percentage of unhealthy workers above which replacement pauses, unless only one is unhealthy. */
  readonly maxUnhealthyPercentage: number;
}

/**
 * Rules of worker replacement; undefined where it is disabled.
 *
 * Every two minutes, control-plane members look for unhealthy workers and report the worst one as unhealthy to its Auto
 * Scaling group, which drains, terminates and replaces it. Safeguards: one worker at a time under the cluster's lock, a pause in
 * between, and no replacement while many workers are unhealthy, because the cause is then the network, an image or the API.
 * Cordoned workers and nodes labeled `holdfast.dev/replacement: off` are not replaced.
 */
export function workerReplacementRules({
  enabled,
  nodeProblemDetector,
}: AddonsSpec): WorkerReplacementRules | undefined {
  const { workerReplacement } = nodeProblemDetector;
  if (!enabled || !workerReplacement.enabled) return undefined;
  const problems = nodeProblemDetector.enabled ? [...kernelProblems, ...restartProblems] : [];
  return {
    conditions: [
      // EC2 status checks only cover network and hypervisor: a hung instance passes them.
      { type: "Ready", status: ["False", "Unknown"], seconds: workerReplacement.notReadyMinutes * 60 },
      ...problems.map(({ condition }) => ({
        type: condition,
        status: ["True"] as const,
        seconds: workerReplacement.problemMinutes * 60,
      })),
    ],
    pauseSeconds: workerReplacement.pauseMinutes * 60,
    maxUnhealthyPercentage: workerReplacement.maxUnhealthyPercentage,
  };
}
