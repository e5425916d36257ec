/** `cluster.json` of the node bundles: the settings that the machines of a bundle share. */

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
import { controlPlaneImages, isKubernetesRegistryInEcr, pauseImage } from "./images.plan";
import { kubeadmDocuments } from "./kubeadm.plan";
import { cipherSuites, kubeletConfiguration } from "./kubelet.plan";
import { type MachineRole, clusterTag } from "../aws/tags.plan";
import { nodeSteps } from "./steps.plan";

/** Port of etcd's metrics and health checks, on loopback without TLS. */
const etcdMetricsPort = 2381;

/**
 * Settings of the members of the control plane and of etcd. Scripts read plain values without jq (lib/settings.sh): keep scalars
 * that they need outside of arrays.
 */
export function memberDocument(spec: ClusterSpec): object {
  const path = clusterPath(spec.name);
  const { kubernetesVersion } = spec;
  const common = commonDocument(spec, kubernetesVersion);
  const { "control-plane": controlPlaneSteps, etcd: etcdSteps } = nodeSteps(spec);
  return {
    ...common,
    domain: spec.domain,
    tags: { cluster: clusterTag },
    etcd: {
      ...common.etcd,
      topology: spec.etcd.topology,
      ports: { client: etcdClientPort, peer: etcdPeerPort, metrics: etcdMetricsPort },
      /** All letters: the parameter `members` has those that the settings want. */
      members: possibleEtcdMembers(spec.domain),
      settings: etcdSettings,
      // Not the quota itself: a larger volume would change this document, and so replace the machines.
      quota: { ...spec.etcd.maintenance.quotaRange, databasesOnVolume },
    },
    parameters: {
      ...common.parameters,
      pki: `${path}/pki`,
      pkiOrder: `${path}${orderParameter}`,
      pkiSettled: `${path}${settledParameter}`,
      etcdRestore: `${path}${restoreParameter}`,
      members: `${path}${membersParameter}`,
      controlPlane: `${path}${configurationPath}`,
      keyAlias: keyAlias(spec.name, "secrets"),
    },
    lifecycleHooks: { termination: memberTerminationHook.name },
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
    images: controlPlaneImages(kubernetesVersion),
    encryption: encryptionTemplate(spec.access.encryption) ?? null,
    auditLogGroup: spec.access.audit.cloudWatch.enabled ? auditGroup(spec.name) : null,
    kubeadm: { init: kubeadmDocuments(spec).init },
    steps: { "control-plane": controlPlaneSteps, etcd: etcdSteps },
    assets: assetsOfRoles(spec, kubernetesVersion, ["control-plane", "etcd"]),
    workerReplacement: workerReplacementRules(spec.addons),
  };
}

/**
 * Settings of the workers with a Kubernetes version. Everything that depends on a version depends on this one.
 *
 * kubeadm has it, too, so that a change of the control plane's version does not change the workers' bundle. kubeadm's own skew
 * policy asks for the control plane's version to join
 * (https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/create-cluster-kubeadm/#version-skew-policy), but the
 * configuration that it reads from the cluster, kubeadm-config and kubelet-config, has one API version (v1beta4 and
 * v1beta1) in 1.35 to 1.37, and it ignores fields that it does not know. The drill upgrade-two-minors tests such a join.
 */
export function workerDocument(spec: ClusterSpec, kubernetesVersion: string): object {
  return {
    ...commonDocument(spec, kubernetesVersion),
    lifecycleHooks: { launch: workerLaunchHook.name },
    // Workers read the KubeletConfiguration from the cluster when they join: here, a change of it replaces them.
    kubeadm: { join: kubeadmDocuments(spec).join, kubelet: kubeletConfiguration() },
    steps: { worker: nodeSteps(spec).worker },
    assets: assetsOfRoles(spec, kubernetesVersion, ["worker"]),
    ...(isKubernetesRegistryInEcr(spec) ? { images: [pauseImage(kubernetesVersion)] } : {}),
    windows: { assets: windowsAssets({ ...spec, kubernetesVersion }) },
  };
}

function commonDocument(spec: ClusterSpec, kubernetesVersion: string) {
  return {
    name: spec.name,
    kubernetesVersion,
    api: { name: apiName(spec.domain), port: apiPort },
    etcd: { metricsNamespace: spec.etcd.backups.metricsNamespace },
    parameters: {
      joinKubeconfig: `${clusterPath(spec.name)}${joinKubeconfig.path}`,
      /** Value of `joinKubeconfig` until the control plane publishes one. */
      unpublished: joinKubeconfig.pending,
    },
  };
}

/** Assets by role and architecture. */
function assetsOfRoles(
  { nodes }: ClusterSpec,
  kubernetesVersion: string,
  roles: readonly MachineRole[],
): Readonly<Record<string, Readonly<Record<string, readonly object[]>>>> {
  const settings = { kubernetesVersion, nodes };
  const assetsOf = (role: MachineRole, arch: Architecture) => [
    ...nodeAssets(settings, role, arch),
    ...(role === "worker" ? gvisorAssets(settings, arch) : []),
  ];
  return Object.fromEntries(
    roles.map((role) => [
      role,
      Object.fromEntries(servedArchitectures(settings).map((arch) => [arch, assetsOf(role, arch)])),
    ]),
  );
}

/** etcd settings that are the same on every member: those of kubeadm's own etcd. */
const etcdSettings: Readonly<Record<string, string>> = {
  ETCD_SNAPSHOT_COUNT: "10000",
  ETCD_WATCH_PROGRESS_NOTIFY_INTERVAL: "5s",
  ETCD_FEATURE_GATES: "InitialCorruptCheck=true",
  ETCD_TLS_MIN_VERSION: "TLS1.2",
  ETCD_CIPHER_SUITES: cipherSuites.join(","),
};
