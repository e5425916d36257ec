/**
 * The Helm charts of the controllers that speak to AWS, and which releases of them are deployed: the newest of summer 2026,
 * as their projects tag them.
 */

/** A release of a chart. */
export interface ChartRelease {
  /** URL of the repository; it has the chart's index. */
  readonly repository: string;
  readonly chart: string;
  readonly version: string;
}

export const controllerCharts = {
  ebsCsi: {
    repository: "https://kubernetes-sigs.github.io/aws-ebs-csi-driver",
    chart: "aws-ebs-csi-driver",
    version: "2.64.0",
  },
  // The project itself publishes manifests alone; this chart brings its three custom resources and its controller.
  snapshotController: { repository: "https://piraeus.io/helm-charts", chart: "snapshot-controller", version: "5.0.3" },
  clusterAutoscaler: {
    repository: "https://kubernetes.github.io/autoscaler",
    chart: "cluster-autoscaler",
    version: "9.59.0",
  },
  nvidiaDevicePlugin: {
    repository: "https://nvidia.github.io/k8s-device-plugin",
    chart: "nvidia-device-plugin",
    version: "0.20.0",
  },
} as const satisfies Readonly<Record<string, ChartRelease>>;
