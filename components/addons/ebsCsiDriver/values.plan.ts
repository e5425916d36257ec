import type { PodIdentity } from "../../access/serviceAccounts/podIdentity.plan";
import { clusterTag } from "../../aws/tags.plan";
import type { ClusterSpec } from "../../clusterSpec";
import type { Chart } from "../shared/images.plan";
import { controllerReplicas, onControlPlane, resources, spread, tolerateEverything } from "../shared/pods.plan";

export const driverChart: Chart = {
  repository: "https://kubernetes-sigs.github.io/aws-ebs-csi-driver",
  chart: "aws-ebs-csi-driver",
  version: "2.64.0",
  registries: ["public.ecr.aws"],
};

/** The project publishes only manifests; this chart has its custom resource definitions and controller. */
export const snapshotControllerChart: Chart = {
  repository: "https://piraeus.io/helm-charts",
  chart: "snapshot-controller",
  version: "5.0.3",
  registries: ["registry.k8s.io"],
};

/** ServiceAccount of the driver's controller. The driver's node agents call no AWS API. */
export const serviceAccount = "ebs-csi-controller-sa";

/** Values of the chart `aws-ebs-csi-driver`. */
export function driverValues<Arn>(
  { name, tags, controlPlane, addons }: Pick<ClusterSpec, "name" | "tags" | "controlPlane" | "addons">,
  { env, volumes, volumeMounts }: PodIdentity<Arn>,
) {
  const { snapshots } = addons.ebsCsiDriver;
  const containerResources = resources("10m", "40Mi", "256Mi");
  return {
    controller: {
      replicaCount: controllerReplicas(controlPlane),
      // Names and tags volumes; the IAM policy and `holdfast leftovers` rely on these tags.
      k8sTagClusterId: name,
      extraVolumeTags: { ...tags, [clusterTag]: name },
      serviceAccount: { create: true, name: serviceAccount },
      env,
      volumes,
      volumeMounts,
      priorityClassName: "system-cluster-critical",
      ...onControlPlane,
      topologySpreadConstraints: spread({ app: "ebs-csi-controller" }),
      resources: containerResources,
    },
    node: {
      tolerations: [tolerateEverything],
      tolerateAllTaints: true,
      priorityClassName: "system-node-critical",
      enableWindows: false,
      // The metadata service's hop limit of 1 excludes pods; Node objects have what the driver needs.
      metadataSources: "kubernetes",
      resources: containerResources,
    },
    volumeSnapshotClasses: snapshots.enabled
      ? [
          {
            name: "ebs",
            deletionPolicy: snapshots.deletionPolicy,
            annotations: { "snapshot.storage.kubernetes.io/is-default-class": "true" },
          },
        ]
      : [],
    // A pod for the chart's own tests, from a registry of test images.
    helmTester: { enabled: false },
  };
}

/** Values of the chart `snapshot-controller`, which also has the custom resource definitions of snapshots. */
export function snapshotControllerValues(controlPlane: { readonly members: number }) {
  const common = {
    replicaCount: controllerReplicas(controlPlane),
    priorityClassName: "system-cluster-critical",
    ...onControlPlane,
    resources: resources("10m", "32Mi", "128Mi"),
  };
  return {
    controller: { ...common, topologySpreadConstraints: spread({ "app.kubernetes.io/name": "snapshot-controller" }) },
    webhook: common,
  };
}
