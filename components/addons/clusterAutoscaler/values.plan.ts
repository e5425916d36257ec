import type { PodIdentity } from "../../access/serviceAccounts/podIdentity.plan";
import type { ClusterSpec } from "../../clusterSpec";
import { componentVersions } from "../../node/kubernetesVersions.plan";
import type { Chart } from "../shared/images.plan";
import {
  controllerReplicas,
  onControlPlane,
  resources,
  spread,
  unprivileged,
  unprivilegedTokenPod,
} from "../shared/pods.plan";
import type { ClusterAutoscalerSpec } from "./settings";

/** Name of the chart, its release, the Deployment and the ServiceAccount. */
export const program = "cluster-autoscaler";

export const chart: Chart = {
  repository: "https://kubernetes.github.io/autoscaler",
  chart: program,
  version: "9.59.0",
  registries: ["registry.k8s.io"],
};

/**
 * Values of the chart `cluster-autoscaler`. It finds the pools' groups by their tags, and reads from further tags how a node
 * of an empty pool would look (workers/autoscalerTags.plan.ts).
 *
 * @throws RangeError for an unknown Kubernetes minor; settings refuse such versions before
 */
export function clusterAutoscalerValues<Arn>(
  {
    name,
    region,
    kubernetesVersion,
    controlPlane,
    addons: { clusterAutoscaler: settings },
  }: Pick<ClusterSpec, "name" | "region" | "kubernetesVersion" | "controlPlane" | "addons">,
  identity: PodIdentity<Arn>,
) {
  // The chart sets AWS_REGION itself, and the API server refuses duplicate variables.
  const env = identity.env.filter((variable) => variable.name !== "AWS_REGION");
  return {
    cloudProvider: "aws",
    awsRegion: region,
    autoDiscovery: { clusterName: name },
    image: { tag: `v${componentVersions(kubernetesVersion).clusterAutoscaler}` },
    fullnameOverride: program,
    replicaCount: controllerReplicas(controlPlane),
    priorityClassName: "system-cluster-critical",
    ...onControlPlane,
    topologySpreadConstraints: spread({ "app.kubernetes.io/instance": program }),
    podDisruptionBudget: { maxUnavailable: 1 },
    rbac: { serviceAccount: { create: true, name: program } },
    extraEnv: Object.fromEntries(env.map((variable) => [variable.name, variable.value])),
    extraVolumes: identity.volumes,
    extraVolumeMounts: identity.volumeMounts,
    // Requests of the project's own manifests.
    resources: resources("100m", "600Mi", "1Gi"),
    securityContext: unprivilegedTokenPod,
    containerSecurityContext: unprivileged,
    extraArgs: flags(settings),
    expanderPriorities: settings.expanders.includes("priority")
      ? groupPriorities(name, settings.priorities)
      : undefined,
  };
}

function flags({ expanders, balanceSimilarPools, scaleDown }: ClusterAutoscalerSpec) {
  return {
    logtostderr: true,
    stderrthreshold: "info",
    v: 2,
    expander: expanders.join(","),
    "balance-similar-node-groups": balanceSimilarPools,
    // These labels always differ between pools and between the groups of a pool.
    "balancing-ignore-label_1": "holdfast.dev/pool",
    "balancing-ignore-label_2": "topology.ebs.csi.aws.com/zone",
    "scale-down-enabled": scaleDown.enabled,
    "scale-down-unneeded-time": `${scaleDown.unneededMinutes}m`,
    "scale-down-delay-after-add": `${scaleDown.delayAfterAddMinutes}m`,
    "scale-down-utilization-threshold": String(scaleDown.utilizationPercentage / 100),
    // Otherwise any pod with an emptyDir keeps its node; an annotation or a budget can still protect a pod.
    "skip-nodes-with-local-storage": false,
    // CoreDNS and other system pods are replicated and have budgets.
    "skip-nodes-with-system-pods": false,
    // A node joins two or three minutes after its instance starts.
    "max-node-provision-time": "15m",
  };
}

/** Suffix of a group of a pool with one group per zone: `-a`, `-lax-1a`. */
const zoneSuffix = "-([a-z]+-[0-9]+)?[a-z]";

/** Patterns of group names by priority, as the priority expander reads them. Pools without a priority come last. */
export function groupPriorities(
  cluster: string,
  pools: Readonly<Record<string, number>>,
): Readonly<Record<string, readonly string[]>> {
  const patterns = new Map([[0, [".*"]]]);
  for (const [pool, priority] of Object.entries(pools)) {
    const pattern = `^${cluster}-worker-${pool}(${zoneSuffix})?$`;
    patterns.set(priority, [...(patterns.get(priority) ?? []), pattern]);
  }
  return Object.fromEntries(patterns);
}
