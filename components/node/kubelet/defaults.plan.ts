/** Defaults of the kubelet settings: those of Holdfast, and Kubernetes' own for all others. */

/** Values that Holdfast sets on every node. */
export const holdfastDefaults = {
  // Four times the measured usage of an idle kubelet, containerd and systemd with its services.
  systemReserved: { cpu: "100m", memory: "200Mi", "ephemeral-storage": "1Gi" },
  kubeReserved: { cpu: "100m", memory: "400Mi", "ephemeral-storage": "1Gi" },
  evictionHard: {
    "memory.available": "200Mi",
    "nodefs.available": "10%",
    "nodefs.inodesFree": "5%",
    "imagefs.available": "15%",
    "imagefs.inodesFree": "5%",
    "pid.available": "5%",
  },
  imageGCHighThresholdPercent: 80,
  imageGCLowThresholdPercent: 70,
  containerLogMaxSize: "50Mi",
  containerLogMaxFiles: 5,
  serializeImagePulls: false,
  maxParallelImagePulls: 5,
  podPidsLimit: 4096,
  // The second half of the minute is reserved for critical pods such as the API server.
  shutdownGracePeriod: "60s",
  shutdownGracePeriodCriticalPods: "30s",
} as const;

/** Kubernetes' defaults (pkg/kubelet/apis/config/v1beta1/defaults.go); a test compares them with those of the pinned version. */
export const kubernetesDefaults = {
  evictionMaxPodGracePeriod: 0,
  evictionPressureTransitionPeriod: "5m",
  imageMinimumGCAge: "2m",
  imageMaximumGCAge: "0s",
  registryPullQPS: 5,
  registryBurst: 10,
  eventRecordQPS: 50,
  eventBurst: 100,
  kubeAPIQPS: 50,
  kubeAPIBurst: 100,
  cpuCFSQuota: true,
  cpuManagerPolicy: "none",
  memoryManagerPolicy: "None",
  topologyManagerPolicy: "none",
  topologyManagerScope: "container",
  streamingConnectionIdleTimeout: "4h",
  crashLoopBackOff: { maxContainerRestartPeriod: "300s" },
} as const;

export const kubeletDefaults = { ...kubernetesDefaults, ...holdfastDefaults };
