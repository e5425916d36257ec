/** kubelet: its configuration and flags on every node. On Windows, files/windows/kubelet.json overrides some fields. */

import { isAddonEnabled } from "../addons/settings";
import type { ClusterSpec } from "../clusterSpec";
import { holdfastDefaults } from "./kubelet/defaults.plan";

export const criSocket = "unix:///run/containerd/containerd.sock";

/** TLS 1.2 suites with forward secrecy and authenticated encryption; those of TLS 1.3 are not configurable. */
export const cipherSuites: readonly string[] = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/** With a cloud controller in the cluster, nodes wait for it to initialize them. */
export function cloudProviderFlags(spec: ClusterSpec): Readonly<Record<string, string>> {
  return isAddonEnabled(spec, "cloudController") ? { "cloud-provider": "external" } : {};
}

export function kubeletConfiguration() {
  const { systemReserved, kubeReserved, ...others } = holdfastDefaults;
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    cgroupDriver: "systemd",
    containerRuntimeEndpoint: criSocket,
    protectKernelDefaults: true,
    rotateCertificates: true,
    // bin/approve-certificates approves them.
    serverTLSBootstrap: true,
    // Default 10 s. A new kubelet closes its connections when it gets its certificate, often while reporting Ready, and
    // retries after this interval.
    nodeStatusUpdateFrequency: "4s",
    // Interval of reports without a change. Default: five minutes, but the update frequency if that is set.
    nodeStatusReportFrequency: "5m",
    readOnlyPort: 0,
    seccompDefault: true,
    tlsMinVersion: "VersionTLS12",
    tlsCipherSuites: cipherSuites,
    enableProfilingHandler: false,
    systemReserved,
    kubeReserved,
    enforceNodeAllocatable: ["pods"],
    ...others,
  };
}
