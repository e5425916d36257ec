/**
 * Stand-in for the Node Problem Detector, whose image cannot be built here. It sets a condition of a node with the same call and
 * the same ServiceAccount, which tests the permissions in the plan, but not the detection in the kernel log.
 */
import {
  healthyCondition,
  type PermanentProblem,
  program,
} from "../../../components/addons/nodeProblemDetector/problems.plan";
import type { RehearsedCluster } from "../rehearsedCluster";

/** Report of the detector about one problem. */
export interface Report {
  /** Line of the kernel log; absent if the node does not have the problem. */
  readonly line?: string;
  /** Start of the current state. */
  readonly since: Date;
}

/** Patch of a node's status with the condition of one problem. */
export function statusPatch(problem: PermanentProblem, { line, since }: Report, now: Date): object {
  const condition =
    line === undefined
      ? { ...healthyCondition(problem), status: "False" }
      : { type: problem.condition, reason: problem.reason, message: line, status: "True" };
  const times = { lastTransitionTime: formatTime(since), lastHeartbeatTime: formatTime(now) };
  return { status: { conditions: [{ ...condition, ...times }] } };
}

/** Timestamp without fractions of a second, as the Kubernetes API requires. */
const formatTime = (date: Date): string => date.toISOString().replace(/\.\d+/, "");

/** Sets the condition of a problem on a node. @throws if the ServiceAccount is not allowed to. */
export async function reportCondition(
  cluster: RehearsedCluster,
  node: string,
  problem: PermanentProblem,
  report: Report,
): Promise<void> {
  const { status, body } = await cluster.client.kubernetes({
    method: "PATCH",
    path: `/api/v1/nodes/${node}/status`,
    contentType: "application/strategic-merge-patch+json",
    body: JSON.stringify(statusPatch(problem, report, new Date())),
    as: `system:serviceaccount:kube-system:${program.name}`,
  });
  if (status !== 200) throw new Error(`the detector's account cannot set conditions of ${node}: ${status} ${body}`);
}
