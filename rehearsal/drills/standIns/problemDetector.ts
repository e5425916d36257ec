/**
 * In place of the Node Problem Detector, whose image has no build here: it sets a node's condition as the detector does, by the
 * same call and as the same account, so that what the plan allows that account is rehearsed. That the detector would find the
 * line in the kernel's log is not.
 */
import {
  type PermanentProblem,
  program,
  healthyCondition,
} from "../../../components/addons/nodeProblemDetector/problems.plan";
import type { RehearsedCluster } from "../rehearsedCluster";

/** What the detector reports of a problem. */
export interface Report {
  /** The kernel's line; absent: the node has not the problem. */
  readonly line?: string;
  /** Since when it is so. */
  readonly since: Date;
}

/** A node's status with what the detector says of one problem. */
export function statusPatch(problem: PermanentProblem, { line, since }: Report, now: Date): object {
  const found =
    line === undefined
      ? { ...healthyCondition(problem), status: "False" }
      : { type: problem.condition, reason: problem.reason, message: line, status: "True" };
  return { status: { conditions: [{ ...found, lastTransitionTime: timeOf(since), lastHeartbeatTime: timeOf(now) }] } };
}

/** Times of Kubernetes' objects have whole seconds. */
const timeOf = (date: Date): string => date.toISOString().replace(/\.\d+/, "");

/** Reports a problem of a node, or that the node has it not. @throws where the detector's account may not. */
export async function report(
  cluster: RehearsedCluster,
  node: string,
  problem: PermanentProblem,
  what: Report,
): Promise<void> {
  const { status, body } = await cluster.client.kubernetes({
    ...{ method: "PATCH", path: `/api/v1/nodes/${node}/status`, contentType: "application/strategic-merge-patch+json" },
    body: JSON.stringify(statusPatch(problem, what, new Date())),
    as: `system:serviceaccount:kube-system:${program.name}`,
  });
  if (status !== 200) throw new Error(`the detector's account cannot set ${node}'s conditions: ${status} ${body}`);
}
