/** The kinds of Kubernetes objects that programs may make, by Pulumi's tokens. */

/** How the API server wants names of a kind (k8s.io/apimachinery, `validation`). */
export type NameRule = "subdomain" | "label" | "letterLabel" | "pathSegment";

export interface Kind {
  /** `core/v1`, `apps/v1`: as in the token. */
  readonly group: string;
  readonly kind: string;
  readonly scope: "namespace" | "cluster";
  readonly name: NameRule;
  /** It is served only where somebody has installed its definition. */
  readonly custom?: true;
}

const inNamespaces = (group: string, kinds: readonly string[], name: NameRule = "subdomain"): readonly Kind[] =>
  kinds.map((kind) => ({ group, kind, scope: "namespace", name }));
const ofCluster = (group: string, kinds: readonly string[], name: NameRule = "subdomain"): readonly Kind[] =>
  kinds.map((kind) => ({ group, kind, scope: "cluster", name }));

export const kinds: readonly Kind[] = [
  ...ofCluster("core/v1", ["Namespace"], "label"),
  ...inNamespaces("core/v1", ["Service"], "letterLabel"),
  ...inNamespaces("core/v1", ["ConfigMap", "Secret", "ServiceAccount", "ResourceQuota", "LimitRange", "Pod"]),
  ...inNamespaces("core/v1", ["PersistentVolumeClaim"]),
  ...inNamespaces("apps/v1", ["Deployment", "DaemonSet", "StatefulSet"]),
  ...inNamespaces("batch/v1", ["Job", "CronJob"]),
  ...inNamespaces("autoscaling/v2", ["HorizontalPodAutoscaler"]),
  ...inNamespaces("networking.k8s.io/v1", ["NetworkPolicy", "Ingress"]),
  ...inNamespaces("policy/v1", ["PodDisruptionBudget"]),
  ...inNamespaces("rbac.authorization.k8s.io/v1", ["Role", "RoleBinding"], "pathSegment"),
  ...ofCluster("rbac.authorization.k8s.io/v1", ["ClusterRole", "ClusterRoleBinding"], "pathSegment"),
  ...ofCluster("scheduling.k8s.io/v1", ["PriorityClass"]),
  ...ofCluster("storage.k8s.io/v1", ["StorageClass", "CSIDriver", "VolumeAttributesClass"]),
  ...ofCluster("node.k8s.io/v1", ["RuntimeClass"]),
  ...ofCluster("apiregistration.k8s.io/v1", ["APIService"]),
  ...ofCluster("apiextensions.k8s.io/v1", ["CustomResourceDefinition"]),
  ...ofCluster("admissionregistration.k8s.io/v1", [
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
  ]),
  ...ofCluster("certificates.k8s.io/v1", ["CertificateSigningRequest"]),
  {
    group: "snapshot.storage.k8s.io/v1",
    kind: "VolumeSnapshotClass",
    scope: "cluster",
    name: "subdomain",
    custom: true,
  },
];

/** Token of a kind. */
export const tokenOf = ({ group, kind }: Pick<Kind, "group" | "kind">): string => `kubernetes:${group}:${kind}`;

/** `apiVersion` of a kind's objects: the core group has no name there. */
export const apiVersionOf = ({ group }: Pick<Kind, "group">): string => group.replace(/^core\//, "");

export const namespaceToken = "kubernetes:core/v1:Namespace";

/** Namespaces that every cluster is born with. */
export const bornNamespaces: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];
