/**
 * kubeadm's documents as plain data. What differs from machine to machine (name, address, labels, taints) is filled in on
 * the machine by files/lib/kubeadm.sh, so that the text in the bundle is the same for all.
 */

import { accessFlags } from "../access/apiServer.plan";
import { configDirectory } from "../access/configFile.plan";
import type { ClusterSpec } from "../clusterSpec";
import { clientUrls, etcdMembers } from "../etcd/members.plan";
import {
  controllerManagerFlags,
  kubeletFlags,
  kubeletTrustFlags,
  servesWithClusterCertificate,
} from "./addonFlags.plan";
import { scaleProfile } from "../scale/profiles.plan";
import { componentVersions } from "./kubernetesVersions.plan";

/** A Kubernetes-style document. */
export interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface KubeadmDocuments {
  /** InitConfiguration, ClusterConfiguration, KubeletConfiguration, KubeProxyConfiguration: of control-plane members. */
  readonly init: readonly Document[];
  /** JoinConfiguration of workers. */
  readonly join: readonly Document[];
}

const kubeadmApi = "kubeadm.k8s.io/v1beta4";
const criSocket = "unix:///run/containerd/containerd.sock";
const pki = "/etc/kubernetes/pki";

/** A machine image may bring patches of its own; the node's scripts put theirs beside them. */
const patches = { directory: "/etc/kubernetes/patches" };

/** TLS 1.2 suites with forward secrecy and authenticated encryption; TLS 1.3 chooses for itself. */
export const cipherSuites: readonly string[] = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];
const tls: Readonly<Record<string, string>> = {
  "tls-min-version": "VersionTLS12",
  "tls-cipher-suites": cipherSuites.join(","),
};

/** `host:port` of the API inside the VPC. */
export function apiEndpoint(spec: Pick<ClusterSpec, "domain">): string {
  return `api.${spec.domain}:6443`;
}

export function kubeadmDocuments(spec: ClusterSpec): KubeadmDocuments {
  return {
    init: [
      initConfiguration(spec),
      clusterConfiguration(spec),
      kubeletConfiguration(spec),
      kubeProxyConfiguration(spec),
    ],
    join: [joinConfiguration(spec)],
  };
}

/** kubeadm's list form of flags. */
function flags(values: Readonly<Record<string, string>>): readonly { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function initConfiguration(spec: ClusterSpec): Document {
  return {
    apiVersion: kubeadmApi,
    kind: "InitConfiguration",
    localAPIEndpoint: { bindPort: 6443 },
    nodeRegistration: { criSocket, kubeletExtraArgs: flags(kubeletFlags(spec)), imagePullSerial: false },
    patches,
  };
}

function joinConfiguration(spec: ClusterSpec): Document {
  return {
    apiVersion: kubeadmApi,
    kind: "JoinConfiguration",
    discovery: { file: {} },
    nodeRegistration: { criSocket, kubeletExtraArgs: flags(kubeletFlags(spec)) },
    patches,
  };
}

/** The same on every member: kubeadm stores it in the cluster, and whoever is last must not change it. */
function clusterConfiguration(spec: ClusterSpec): Document {
  const sans = [
    "localhost",
    "127.0.0.1",
    ...(spec.api.public ? [spec.api.public.name] : []),
    ...spec.api.certificateSans,
  ];
  return {
    apiVersion: kubeadmApi,
    kind: "ClusterConfiguration",
    clusterName: spec.name,
    kubernetesVersion: `v${spec.kubernetesVersion}`,
    controlPlaneEndpoint: apiEndpoint(spec),
    encryptionAlgorithm: "ECDSA-P256",
    certificateValidityPeriod: `${spec.pki.leafHours}h0m0s`,
    networking: {
      podSubnet: spec.network.podCidr,
      serviceSubnet: spec.network.serviceCidr,
      dnsDomain: "cluster.local",
    },
    etcd: {
      external: {
        // A stacked API server asks its own member alone: with all of them, one that is silently dead stalls writes for
        // about 20 s; and the text is the same on every member.
        endpoints: spec.etcd.topology === "stacked" ? ["https://127.0.0.1:2379"] : clientUrls(etcdMembers(spec)),
        caFile: `${pki}/etcd/ca.crt`,
        certFile: `${pki}/apiserver-etcd-client.crt`,
        keyFile: `${pki}/apiserver-etcd-client.key`,
      },
    },
    apiServer: {
      certSANs: [...new Set(sans)],
      extraArgs: [...accessFlags(spec.access), ...flags(apiServerFlags(spec))],
      extraVolumes: [
        {
          name: "holdfast-config",
          hostPath: configDirectory,
          mountPath: configDirectory,
          readOnly: true,
          pathType: "Directory",
        },
        {
          name: "audit",
          hostPath: "/var/log/kubernetes/audit",
          mountPath: "/var/log/kubernetes/audit",
          readOnly: false,
          pathType: "DirectoryOrCreate",
        },
      ],
    },
    controllerManager: {
      extraArgs: flags({
        profiling: "false",
        // Four of kubelet's ten-second heartbeats may be lost before a node counts as gone.
        "node-monitor-grace-period": "40s",
        "terminated-pod-gc-threshold": "1000",
        ...controllerManagerFlags(spec),
        ...nodeRange(spec),
        ...scaleProfile(spec.scale).controllerManager,
        // It takes no file with several, as ca.crt is while authorities change; steps/kubeconfigs writes this one.
        "cluster-signing-cert-file": `${pki}/issuer.crt`,
        // What kubelets and people are issued lives no longer than what machines issue to themselves.
        "cluster-signing-duration": `${spec.pki.leafHours}h0m0s`,
        ...tls,
      }),
    },
    scheduler: { extraArgs: flags({ profiling: "false", ...scaleProfile(spec.scale).scheduler, ...tls }) },
  };
}

/** The controller manager gives each node a /24 where it is not told otherwise. */
function nodeRange({ network }: ClusterSpec): Readonly<Record<string, string>> {
  return network.nodeCidrMaskSize === 24 ? {} : { "node-cidr-mask-size": String(network.nodeCidrMaskSize) };
}

function apiServerFlags(spec: ClusterSpec): Readonly<Record<string, string>> {
  return {
    profiling: "false",
    // Goes on serving until load balancers have seen that it is not ready: two health checks, 5 s apart, and a bit.
    "shutdown-delay-duration": "15s",
    // Clients keep a connection for good: one in a thousand requests makes them choose a server anew, so that a member that
    // returns gets its share. Alone it would only cost.
    ...(spec.controlPlane.members > 1 ? { "goaway-chance": "0.001" } : {}),
    ...kubeletTrustFlags(spec),
    ...scaleProfile(spec.scale).apiServer,
    ...tls,
  };
}

/** Of every node. */
function kubeletConfiguration(spec: ClusterSpec): Document {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    cgroupDriver: "systemd",
    containerRuntimeEndpoint: criSocket,
    protectKernelDefaults: true,
    rotateCertificates: true,
    serverTLSBootstrap: servesWithClusterCertificate(spec),
    // Default 10 s. A new kubelet closes its connections within a second of having its certificate, often while it says that
    // its node is Ready, and says it again after this long. Looking costs the API nothing: only a change is sent.
    nodeStatusUpdateFrequency: "4s",
    readOnlyPort: 0,
    seccompDefault: true,
    tlsMinVersion: "VersionTLS12",
    tlsCipherSuites: cipherSuites,
    enableProfilingHandler: false,
    // Four times what an idle kubelet, containerd and systemd with its services were measured to take.
    systemReserved: { cpu: "100m", memory: "200Mi", "ephemeral-storage": "1Gi" },
    kubeReserved: { cpu: "100m", memory: "400Mi", "ephemeral-storage": "1Gi" },
    enforceNodeAllocatable: ["pods"],
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
    // Pods get a minute when the machine goes down, half of it kept for what the others lean on (the API server among them).
    shutdownGracePeriod: "60s",
    shutdownGracePeriodCriticalPods: "30s",
  };
}

function kubeProxyConfiguration(spec: ClusterSpec): Document {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    conntrack: { maxPerCore: spec.network.conntrack.maxPerCore, min: spec.network.conntrack.min },
  };
}

/** Images that a control-plane member runs, by kubeadm's names. */
export function controlPlaneImages(kubernetesVersion: string): readonly string[] {
  const { coredns, pause } = componentVersions(kubernetesVersion);
  const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"];
  return [
    ...components.map((name) => `registry.k8s.io/${name}:v${kubernetesVersion}`),
    `registry.k8s.io/coredns/coredns:v${coredns}`,
    `registry.k8s.io/pause:${pause}`,
  ];
}
