/**
 * The Cluster Autoscaler: what it is told and what it may do. It finds the groups of the cluster's pools by their tags, and
 * learns from further tags what a machine of an empty pool would be like (workers/pools.ts).
 */

import type { PodIdentity } from "../../access/serviceAccounts/podIdentity.plan";
import { onWorkerGroups, reads } from "../shared/iamStatements.plan";
import type { Reach, Statement } from "../shared/iamStatements.plan";
import type { ClusterAutoscalerSpec } from "../controllersSpec";
import { controlPlaneOnly, replicasOn } from "../shared/placement.plan";
import { resources, spread, unprivileged, unprivilegedTokenPod } from "../shared/workload.plan";

/** Who the autoscaler is in the cluster. */
export const autoscaler = { namespace: "kube-system", serviceAccount: "cluster-autoscaler" } as const;

/** The autoscaler simulates the scheduler of one Kubernetes minor: its releases go with Kubernetes'. */
const imageByMinor: Readonly<Record<string, string>> = { "1.35": "v1.35.2", "1.36": "v1.36.1" };

interface ScaledCluster {
  readonly name: string;
  readonly region: string;
  readonly kubernetesVersion: string;
  readonly controlPlane: { readonly members: number };
}

/**
 * Values of the autoscaler's chart.
 * @throws RangeError for a Kubernetes minor that no release of the autoscaler is known for.
 */
export function autoscalerValues<Arn>(cluster: ScaledCluster, spec: ClusterAutoscalerSpec, identity: PodIdentity<Arn>) {
  const { region } = cluster;
  // The chart makes AWS_REGION itself, and the API server refuses a pod that has a variable twice.
  const env = identity.env.filter(({ name }) => name !== "AWS_REGION");
  return {
    cloudProvider: "aws",
    awsRegion: region,
    autoDiscovery: { clusterName: cluster.name },
    image: { tag: imageTag(cluster.kubernetesVersion) },
    fullnameOverride: autoscaler.serviceAccount,
    replicaCount: replicasOn(cluster.controlPlane),
    priorityClassName: "system-cluster-critical",
    ...controlPlaneOnly,
    topologySpreadConstraints: spread({ "app.kubernetes.io/instance": autoscaler.serviceAccount }),
    podDisruptionBudget: { maxUnavailable: 1 },
    rbac: { serviceAccount: { create: true, name: autoscaler.serviceAccount } },
    extraEnv: Object.fromEntries(env.map(({ name, value }) => [name, value])),
    extraVolumes: identity.volumes,
    extraVolumeMounts: identity.volumeMounts,
    // What the project's own manifests give it, and room above.
    resources: resources("100m", "600Mi", "1Gi"),
    securityContext: unprivilegedTokenPod,
    containerSecurityContext: unprivileged,
    extraArgs: flags(spec),
    ...(spec.expanders.includes("priority") && { expanderPriorities: priorities(cluster.name, spec.priorities) }),
  };
}

function imageTag(kubernetesVersion: string): string {
  const tag = imageByMinor[kubernetesVersion.split(".").slice(0, 2).join(".")];
  if (tag === undefined) throw new RangeError(`no Cluster Autoscaler is known for Kubernetes ${kubernetesVersion}`);
  return tag;
}

function flags({ expanders, balanceSimilarPools, scaleDown }: ClusterAutoscalerSpec) {
  return {
    logtostderr: true,
    stderrthreshold: "info",
    v: 2,
    expander: expanders.join(","),
    "balance-similar-node-groups": balanceSimilarPools,
    // Pools differ in this label at least, and zones' groups in theirs: neither makes machines unlike.
    "balancing-ignore-label_1": "holdfast.dev/pool",
    "balancing-ignore-label_2": "topology.ebs.csi.aws.com/zone",
    "scale-down-enabled": scaleDown.enabled,
    "scale-down-unneeded-time": `${scaleDown.unneededMinutes}m`,
    "scale-down-delay-after-add": `${scaleDown.delayAfterAddMinutes}m`,
    "scale-down-utilization-threshold": String(scaleDown.utilizationPercentage / 100),
    // Every pod's scratch space would hold its node for ever; what must not move says so by an annotation or a budget.
    "skip-nodes-with-local-storage": false,
    // CoreDNS and the like are replicated and have budgets.
    "skip-nodes-with-system-pods": false,
    // A new machine is in its group at once and a node two or three minutes later; after this it is given up.
    "max-node-provision-time": "15m",
  };
}

/** What is added to the name of a group that is one of its pool's in each zone: `-a`, `-lax-1a`. */
const zone = "-([a-z]+-[0-9]+)?[a-z]";

/** Priority to patterns of group names, as the expander reads them; pools that are not named come last. */
export function priorities(
  cluster: string,
  pools: Readonly<Record<string, number>>,
): Readonly<Record<string, readonly string[]>> {
  const named = [...new Set(Object.values(pools))].map((priority) => {
    const groups = Object.entries(pools).filter(([, of]) => of === priority);
    return [String(priority), groups.map(([pool]) => `^${cluster}-worker-${pool}(${zone})?$`)];
  });
  return { "0": [".*"], ...(Object.fromEntries(named) as Record<string, string[]>) };
}

/** What the autoscaler may do: see groups and what their machines would be, and size those of the cluster's workers. */
export function autoscalerStatements<Arn>(reach: Reach<Arn>): readonly Statement<Arn>[] {
  return [
    reads("SeeGroupsAndTypes", reach, [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "autoscaling:DescribeTags",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
    ]),
    onWorkerGroups("SizeOwnPools", reach, [
      "autoscaling:SetDesiredCapacity",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
    ]),
  ];
}
