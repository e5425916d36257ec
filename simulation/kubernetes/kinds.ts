/** Kinds of Kubernetes objects that the simulation knows. */

/** Rule for the names of a kind (k8s.io/apimachinery, `validation`). */
export type NameRule = "subdomain" | "label" | "letterLabel" | "pathSegment";

export interface Kind {
  /** API group and version as in the Pulumi token: `core/v1`, `apps/v1`. */
  readonly group: string;
  readonly kind: string;
  readonly scope: "namespace" | "cluster";
  readonly name: NameRule;
  /** A custom resource. Default: built into the API server. */
  readonly custom?: true;
}

const namespaced = (group: string, kinds: readonly string[], name: NameRule = "subdomain"): readonly Kind[] =>
  kinds.map((kind) => ({ group, kind, scope: "namespace", name }));
const clusterScoped = (group: string, kinds: readonly string[], name: NameRule = "subdomain"): readonly Kind[] =>
  kinds.map((kind) => ({ group, kind, scope: "cluster", name }));

export const kinds: readonly Kind[] = [
  ...clusterScoped("core/v1", ["Namespace"], "label"),
  ...namespaced("core/v1", ["Service"], "letterLabel"),
  ...namespaced("core/v1", ["ConfigMap", "Secret", "ServiceAccount", "ResourceQuota", "LimitRange", "Pod"]),
  ...namespaced("core/v1", ["PersistentVolumeClaim"]),
  ...namespaced("apps/v1", ["Deployment", "DaemonSet", "StatefulSet"]),
  ...namespaced("batch/v1", ["Job", "CronJob"]),
  ...namespaced("autoscaling/v2", ["HorizontalPodAutoscaler"]),
  ...namespaced("networking.k8s.io/v1", ["NetworkPolicy", "Ingress"]),
  ...namespaced("policy/v1", ["PodDisruptionBudget"]),
  ...namespaced("rbac.authorization.k8s.io/v1", ["Role", "RoleBinding"], "pathSegment"),
  ...clusterScoped("rbac.authorization.k8s.io/v1", ["ClusterRole", "ClusterRoleBinding"], "pathSegment"),
  ...clusterScoped("scheduling.k8s.io/v1", ["PriorityClass"]),
  ...clusterScoped("storage.k8s.io/v1", ["StorageClass", "CSIDriver", "VolumeAttributesClass"]),
  ...clusterScoped("node.k8s.io/v1", ["RuntimeClass"]),
  ...clusterScoped("apiregistration.k8s.io/v1", ["APIService"]),
  ...clusterScoped("apiextensions.k8s.io/v1", ["CustomResourceDefinition"]),
  ...clusterScoped("admissionregistration.k8s.io/v1", [
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
  ]),
  ...clusterScoped("certificates.k8s.io/v1", ["CertificateSigningRequest"]),
  {
    group: "snapshot.storage.k8s.io/v1",
    kind: "VolumeSnapshotClass",
    scope: "cluster",
    name: "subdomain",
    custom: true,
  },
];

/** Pulumi token of a kind. */
export const tokenOf = ({ group, kind }: Pick<Kind, "group" | "kind">): string => `kubernetes:${group}:${kind}`;

/** `apiVersion` of a kind; that of the core group has no group name. */
export const apiVersionOf = ({ group }: Pick<Kind, "group">): string => group.replace(/^core\//, "");

export const namespaceToken = "kubernetes:core/v1:Namespace";

/** Namespaces that exist in every new cluster. */
export const initialNamespaces: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];
