/**
 * Where the cluster's own controllers run: on the control plane's machines, so that no worker that is drained, replaced or
 * scaled to zero takes them with it.
 */

import { onControlPlane } from "./workload.plan";

/** For pods of a Deployment. */
export const controlPlaneOnly = {
  nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
  tolerations: [onControlPlane, { key: "CriticalAddonsOnly", operator: "Exists" }],
};

/** Two replicas where two control-plane machines can hold them: one takes over when the other is drained. */
export function replicasOn(controlPlane: { readonly members: number }): number {
  return Math.min(2, controlPlane.members);
}
