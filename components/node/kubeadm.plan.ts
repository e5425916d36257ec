/**
 * kubeadm's documents. Values that differ between machines (name, address, labels, taints) are filled in on the machine by
 * files/lib/kubeadm.sh.
 */

import { accessFlags } from "../access/apiServer.plan";
import { configDirectory } from "../access/apiServerConfig.plan";
import { apiEndpoint, apiPort } from "../api/address.plan";
import type { ClusterSpec } from "../clusterSpec";
import { terminatedPodGCThreshold } from "../controlPlane/componentSettings";
import { etcdClientPort } from "../etcd/members.plan";
import { scaleProfile } from "../scale/profiles.plan";
import { patchDirectory } from "./kubeadmPatches.plan";
import { cipherSuites, cloudProviderFlags, criSocket, kubeletConfiguration } from "./kubelet.plan";
import { proxyVariables } from "./proxy.plan";

/** A Kubernetes-style document. */
export interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface KubeadmDocuments {
  /** InitConfiguration, ClusterConfiguration, KubeletConfiguration and KubeProxyConfiguration of control-plane members. */
  readonly init: readonly Document[];
  /** JoinConfiguration of workers. */
  readonly join: readonly Document[];
}

const kubeadmApi = "kubeadm.k8s.io/v1beta4";
const pki = "/etc/kubernetes/pki";

/** Patches of the machine image, of the settings and of the step kubeconfigs. */
const patches = { directory: patchDirectory };

const tls: Readonly<Record<string, string>> = {
  "tls-min-version": "VersionTLS12",
  "tls-cipher-suites": cipherSuites.join(","),
};

export function kubeadmDocuments(spec: ClusterSpec): KubeadmDocuments {
  return {
    init: [initConfiguration(spec), clusterConfiguration(spec), kubeletConfiguration(), kubeProxyConfiguration(spec)],
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
    localAPIEndpoint: { bindPort: apiPort },
    nodeRegistration: { criSocket, kubeletExtraArgs: flags(cloudProviderFlags(spec)), imagePullSerial: false },
    patches,
  };
}

function joinConfiguration(spec: ClusterSpec): Document {
  return {
    apiVersion: kubeadmApi,
    kind: "JoinConfiguration",
    discovery: { file: {} },
    nodeRegistration: { criSocket, kubeletExtraArgs: flags(cloudProviderFlags(spec)) },
    patches,
  };
}

/** The same on every member, because each of them uploads it to the cluster. */
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
    controlPlaneEndpoint: apiEndpoint(spec.domain),
    encryptionAlgorithm: "ECDSA-P256",
    certificateValidityPeriod: `${spec.pki.leafHours}h0m0s`,
    networking: {
      podSubnet: spec.network.podCidr,
      serviceSubnet: spec.network.serviceCidr,
      dnsDomain: "cluster.local",
    },
    etcd: {
      external: {
        // A stacked API server uses its own member alone: with all of them, a silently dead one stalls writes for about 20 s.
        // With external etcd, the endpoints are in node.json: their number may change without a new bundle.
        endpoints: spec.etcd.topology === "stacked" ? [`https://127.0.0.1:${etcdClientPort}`] : [],
        caFile: `${pki}/etcd/ca.crt`,
        certFile: `${pki}/apiserver-etcd-client.crt`,
        keyFile: `${pki}/apiserver-etcd-client.key`,
      },
    },
    apiServer: {
      certSANs: [...new Set(sans)],
      ...extraEnvs(spec),
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
      ...extraEnvs(spec),
      extraArgs: flags({
        profiling: "false",
        // Four missed heartbeats of ten seconds.
        "node-monitor-grace-period": "40s",
        "terminated-pod-gc-threshold": terminatedPodGCThreshold,
        ...cloudProviderFlags(spec),
        ...nodeRange(spec),
        ...scaleProfile(spec.scale).controllerManager,
        // Must contain a single certificate, unlike ca.crt during a rotation; steps/kubeconfigs writes it.
        "cluster-signing-cert-file": `${pki}/issuer.crt`,
        // Certificates of kubelets and users live as long as those that machines issue.
        "cluster-signing-duration": `${spec.pki.leafHours}h0m0s`,
        ...emulation(spec),
        ...tls,
      }),
    },
    scheduler: {
      ...extraEnvs(spec),
      extraArgs: flags({ profiling: "false", ...scaleProfile(spec.scale).scheduler, ...emulation(spec), ...tls }),
    },
  };
}

/**
 * kubeadm copies the proxy's variables of its own environment into static pods. Declared here, so that a manifest does not depend
 * on the shell or unit that kubeadm runs in.
 */
function extraEnvs(spec: ClusterSpec) {
  const variables = proxyVariables(spec);
  return variables.length > 0 ? { extraEnvs: variables } : {};
}

/**
 * APIs, features and stored versions of an earlier minor version
 * (https://kubernetes.io/docs/concepts/cluster-administration/compatibility-version/).
 */
function emulation({ emulatedVersion }: ClusterSpec): Readonly<Record<string, string>> {
  return emulatedVersion === undefined ? {} : { "emulated-version": emulatedVersion };
}

/** /24 is the controller manager's default. */
function nodeRange({ network }: ClusterSpec): Readonly<Record<string, string>> {
  return network.nodeCidrMaskSize === 24 ? {} : { "node-cidr-mask-size": String(network.nodeCidrMaskSize) };
}

function apiServerFlags(spec: ClusterSpec): Readonly<Record<string, string>> {
  return {
    profiling: "false",
    // Kubernetes' default extends pods' tokens to a year, for clients of 2021 that never read them again.
    "service-account-extend-token-expiration": "false",
    // Serve until load balancers have deregistered the server: two health checks, 5 s apart, and a margin.
    "shutdown-delay-duration": "15s",
    // One in a thousand requests makes the client reconnect, so that a member that returns gets its share of the load. A machine
    // that is the only member omits it.
    "goaway-chance": "0.001",
    "kubelet-certificate-authority": `${pki}/ca.crt`,
    ...scaleProfile(spec.scale).apiServer,
    ...emulation(spec),
    ...tls,
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
