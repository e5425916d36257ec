/** `cluster.json` of the node bundle: the settings that all machines of a cluster share. */

import { auditGroup } from "../access/audit/auditPolicy.plan";
import { encryptionTemplate } from "../access/encryption/encryptionConfiguration.plan";
import { workerReplacementRules } from "../addons/nodeProblemDetector/workerReplacement.plan";
import { apiName, apiPort } from "../api/address.plan";
import { clusterPath } from "../aws/clusterPath.plan";
import { keyAlias } from "../aws/kmsKeyUse.plan";
import type { ClusterSpec } from "../clusterSpec";
import { etcdClientPort, etcdPeerPort, possibleEtcdMembers } from "../etcd/members.plan";
import { membersParameter } from "../etcd/membersParameter.plan";
import { databasesOnVolume } from "../etcd/quota.plan";
import { restoreParameter } from "../etcd/restoreOrder.plan";
import { memberTerminationHook, workerLaunchHook } from "../machines/lifecycleHooks.plan";
import { configurationPath } from "../machines/memberConfiguration.plan";
import type { Architecture } from "../settings/instanceTypes";
import { joinKubeconfig } from "../pki/authorities.plan";
import { orderParameter, settledParameter } from "../pki/rotation.plan";
import { nodeAssets, servedArchitectures, windowsAssets } from "./assets.plan";
import { gvisorAssets } from "./gvisorAssets.plan";
import { controlPlaneImages } from "./images.plan";
import { kubeadmDocuments } from "./kubeadm.plan";
import { cipherSuites } from "./kubelet.plan";
import { type MachineRole, clusterTag } from "../aws/tags.plan";
import { nodeSteps } from "./steps.plan";

const roles: readonly MachineRole[] = ["control-plane", "etcd", "worker"];

/** Port of etcd's metrics and health checks, on loopback without TLS. */
const etcdMetricsPort = 2381;

/** Scripts read plain values without jq (lib/settings.sh): keep scalars that they need outside of arrays. */
export function clusterDocument(spec: ClusterSpec): object {
  const path = clusterPath(spec.name);
  return {
    name: spec.name,
    domain: spec.domain,
    tags: { cluster: clusterTag },
    kubernetesVersion: spec.kubernetesVersion,
    api: { name: apiName(spec.domain), port: apiPort },
    etcd: {
      topology: spec.etcd.topology,
      ports: { client: etcdClientPort, peer: etcdPeerPort, metrics: etcdMetricsPort },
      /** All letters: the parameter `members` has those that the settings want. */
      members: possibleEtcdMembers(spec.domain),
      settings: etcdSettings,
      // Not the quota itself: a larger volume would change this document, and so replace the machines.
      quota: { ...spec.etcd.maintenance.quotaRange, databasesOnVolume },
      metricsNamespace: spec.etcd.backups.metricsNamespace,
    },
    parameters: {
      joinKubeconfig: `${path}${joinKubeconfig.path}`,
      /** Value of `joinKubeconfig` until the control plane publishes one. */
      unpublished: joinKubeconfig.pending,
      pki: `${path}/pki`,
      pkiOrder: `${path}${orderParameter}`,
      pkiSettled: `${path}${settledParameter}`,
      etcdRestore: `${path}${restoreParameter}`,
      members: `${path}${membersParameter}`,
      controlPlane: `${path}${configurationPath}`,
      keyAlias: keyAlias(spec.name, "secrets"),
    },
    lifecycleHooks: { launch: workerLaunchHook.name, termination: memberTerminationHook.name },
    secrets: {
      "control-plane": [
        "kubernetes/ca.crt",
        "kubernetes/ca.key",
        "kubernetes/front-proxy-ca.crt",
        "kubernetes/front-proxy-ca.key",
        "kubernetes/sa.pub",
        "kubernetes/sa.key",
        "etcd/ca.crt",
        "etcd/ca.key",
        ...spec.access.encryption.keys.map((name) => `kubernetes/encryption/${name}.key`),
      ],
      etcd: ["etcd/ca.crt", "etcd/ca.key"],
    },
    pki: { leafHours: spec.pki.leafHours },
    images: controlPlaneImages(spec.kubernetesVersion),
    encryption: encryptionTemplate(spec.access.encryption) ?? null,
    auditLogGroup: spec.access.audit.cloudWatch.enabled ? auditGroup(spec.name) : null,
    kubeadm: kubeadmDocuments(spec),
    steps: nodeSteps(spec),
    assets: Object.fromEntries(roles.map((role) => [role, assetsByArchitecture(spec, role)])),
    windows: { assets: windowsAssets(spec) },
    workerReplacement: workerReplacementRules(spec.addons),
  };
}

function assetsByArchitecture(spec: ClusterSpec, role: MachineRole): Readonly<Record<string, readonly object[]>> {
  const assets = (arch: Architecture) => [
    ...nodeAssets(spec, role, arch),
    ...(role === "worker" ? gvisorAssets(spec, arch) : []),
  ];
  return Object.fromEntries(servedArchitectures(spec).map((arch) => [arch, assets(arch)]));
}

/** etcd settings that are the same on every member: those of kubeadm's own etcd. */
const etcdSettings: Readonly<Record<string, string>> = {
  ETCD_SNAPSHOT_COUNT: "10000",
  ETCD_WATCH_PROGRESS_NOTIFY_INTERVAL: "5s",
  ETCD_FEATURE_GATES: "InitialCorruptCheck=true",
  ETCD_TLS_MIN_VERSION: "TLS1.2",
  ETCD_CIPHER_SUITES: cipherSuites.join(","),
};
