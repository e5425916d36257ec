/**
 * When a worker is given up. Members of the control plane look at the workers' conditions every two minutes, and tell the
 * group of one that stays broken that it is unhealthy; the group then ends it as it ends any other, drained, and launches a
 * new one (files/bin/remedy).
 *
 * It must never take a cluster down. So members do it under the cluster's lock, one worker at a time, with a pause from one
 * to the next; and when many are broken at once, nobody is replaced, because then it is not the machines: the network is
 * cut, a bad image is rolled out, the API was away. Workers that somebody has cordoned are left to that person, and a node
 * with the label `holdfast.dev/remedy: off` is left alone.
 */

import type { NodeProblemDetectorSpec } from "../controllersSpec";
import { kernelProblems, restartProblems } from "./conditions.plan";

/** A condition by which a worker counts as broken. */
export interface BreakingCondition {
  readonly type: string;
  /** Values of the condition that are bad. */
  readonly status: readonly ("True" | "False" | "Unknown")[];
  /** Seconds for which it holds. */
  readonly seconds: number;
}

/** What members of the control plane go by: part of the node bundle's `cluster.json`. */
export interface RemedyRules {
  readonly conditions: readonly BreakingCondition[];
  /** Seconds from one replacement to the next. */
  readonly pauseSeconds: number;
  /** Percentage of broken workers above which none is replaced, unless it is the only one. */
  readonly mostBrokenPercentage: number;
}

/** The rules of a cluster; absent where nobody is to be replaced. */
export function remedyRules(
  platformEnabled: boolean,
  { enabled, remedy }: NodeProblemDetectorSpec,
): RemedyRules | undefined {
  if (!platformEnabled || !remedy.enabled) return undefined;
  const lasting = enabled ? [...kernelProblems, ...restartProblems] : [];
  return {
    conditions: [
      // A machine that hangs is alive to EC2: its status checks look at the network card and the hypervisor.
      { type: "Ready", status: ["False", "Unknown"], seconds: remedy.notReadyMinutes * 60 },
      ...lasting.map(({ condition }) => ({
        type: condition,
        status: ["True"] as const,
        seconds: remedy.problemMinutes * 60,
      })),
    ],
    pauseSeconds: remedy.pauseMinutes * 60,
    mostBrokenPercentage: remedy.mostBrokenPercentage,
  };
}
