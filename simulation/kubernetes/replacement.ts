/**
 * Fields whose change makes the Pulumi provider replace an object instead of updating it (pulumi-kubernetes,
 * provider/pkg/provider/diff.go, `forceNewProperties`), and fields that the API server never changes.
 */

import type { Kind } from "./kinds";

const podFields = [
  ...["affinity", "automountServiceAccountToken", "containers", "dnsConfig", "dnsPolicy", "enableServiceLinks"],
  ...["hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "initContainers", "nodeName"],
  ...["nodeSelector", "overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates"],
  ...["restartPolicy", "runtimeClassName", "schedulerName", "securityContext", "serviceAccount", "serviceAccountName"],
  ...["shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "volumes"],
];

const inSpec = (...fields: readonly string[]): readonly string[] => fields.map((field) => `spec.${field}`);

/** Replacing fields by kind, beside those of every object. */
const replacing: Readonly<Record<string, readonly string[]>> = {
  "core/v1:PersistentVolumeClaim": inSpec("accessModes", "selector", "storageClassName", "volumeName"),
  "core/v1:Pod": inSpec(...podFields),
  "core/v1:ResourceQuota": inSpec("scopes"),
  "core/v1:Secret": ["type"],
  "core/v1:Service": inSpec("clusterIP"),
  "apps/v1:DaemonSet": inSpec("selector"),
  "apps/v1:Deployment": inSpec("selector"),
  "apps/v1:StatefulSet": inSpec(
    ...["podManagementPolicy", "revisionHistoryLimit", "selector", "serviceName", "volumeClaimTemplates"],
  ),
  "batch/v1:Job": inSpec("completions", "parallelism", "selector", "template"),
  "rbac.authorization.k8s.io/v1:ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/v1:RoleBinding": ["roleRef"],
  "storage.k8s.io/v1:StorageClass": ["parameters", "provisioner"],
};

/** A change of identity replaces every object, patches included. */
export const identityFields: readonly string[] = ["metadata.name", "metadata.namespace"];

const keyOf = ({ group, kind }: Pick<Kind, "group" | "kind">): string => `${group}:${kind}`;

export const replacingFields = (kind: Kind): readonly string[] => [
  ...identityFields,
  ...(replacing[keyOf(kind)] ?? []),
];

/** Data of an object that the provider replaces unless its setting is on, and always if the object is immutable. */
export interface MutableData {
  /** Setting of the provider; off by default. */
  readonly setting: "enableConfigMapMutable" | "enableSecretMutable";
  readonly fields: readonly string[];
}

const mutable: Readonly<Record<string, MutableData>> = {
  "core/v1:ConfigMap": { setting: "enableConfigMapMutable", fields: ["data", "binaryData"] },
  "core/v1:Secret": { setting: "enableSecretMutable", fields: ["data", "stringData"] },
};

export const mutableData = (kind: Kind): MutableData | undefined => mutable[keyOf(kind)];

/**
 * Fields that the API server refuses to change (k8s.io/kubernetes, pkg/apis, `Validate…Update`). Without a replacement, an
 * update fails.
 */
const immutable: Readonly<Record<string, readonly string[]>> = {
  "core/v1:Secret": ["type"],
  "core/v1:ResourceQuota": inSpec("scopes"),
  "core/v1:PersistentVolumeClaim": inSpec("accessModes", "selector", "storageClassName", "volumeMode", "volumeName"),
  "apps/v1:DaemonSet": inSpec("selector"),
  "apps/v1:Deployment": inSpec("selector"),
  "apps/v1:StatefulSet": inSpec("podManagementPolicy", "selector", "serviceName"),
  "batch/v1:Job": inSpec("completionMode", "selector", "template"),
  "certificates.k8s.io/v1:CertificateSigningRequest": ["spec"],
  "node.k8s.io/v1:RuntimeClass": ["handler"],
  "rbac.authorization.k8s.io/v1:ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/v1:RoleBinding": ["roleRef"],
  "scheduling.k8s.io/v1:PriorityClass": ["preemptionPolicy", "value"],
  "storage.k8s.io/v1:CSIDriver": inSpec("attachRequired", "volumeLifecycleModes"),
  "storage.k8s.io/v1:StorageClass": ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
  "storage.k8s.io/v1:VolumeAttributesClass": ["driverName", "parameters"],
};

export const immutableFields = (kind: Kind): readonly string[] => immutable[keyOf(kind)] ?? [];
