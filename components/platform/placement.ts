/**
 * Where the cluster's own controllers run: on the control plane's machines, so that no worker that is drained, replaced or
 * scaled to zero takes them with it.
 */

const controlPlaneLabel = "node-role.kubernetes.io/control-plane";

/** For pods of a Deployment. */
export const onControlPlane = {
  nodeSelector: { [controlPlaneLabel]: "" },
  tolerations: [
    { key: controlPlaneLabel, operator: "Exists", effect: "NoSchedule" },
    { key: "CriticalAddonsOnly", operator: "Exists" },
  ],
} as const;

/** For agents, which every node has; a node that is not ready needs them most. */
export const onEveryNode = { tolerations: [{ operator: "Exists" }] } as const;

/** Two replicas where two control-plane machines can hold them: one takes over when the other is drained. */
export function replicasOn(controlPlane: { readonly members: number }): number {
  return Math.min(2, controlPlane.members);
}

/** Replicas in different zones where that is possible. */
export function overZones(labels: Readonly<Record<string, string>>) {
  return [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: labels },
    },
  ] as const;
}
