/** Checks of the benchmark that no fact decides, with Holdfast's answer. Pure. */

/** Manual checks: their numbers, what they are about, and the answer. */
export interface Judgment {
  readonly ids: readonly string[];
  readonly title: string;
  readonly answer: string;
}

export const judgments: readonly Judgment[] = [
  {
    ids: ["1.2.20"],
    title: "Request timeout",
    answer: "Kubernetes' default of a minute; `controlPlane.apiServer.requestTimeout` changes it.",
  },
  {
    ids: ["3.1.1", "3.1.2", "3.1.3"],
    title: "No client certificates, ServiceAccount tokens or bootstrap tokens for users",
    answer:
      "Configure OIDC or a webhook ([access.md](access.md#authentication)). Certificates of `holdfast user cert` expire, and a bootstrap token can only join nodes.",
  },
  {
    ids: ["3.2.2"],
    title: "Audit policy covers access to Secrets, changes of permissions, and sessions in containers",
    answer: "Covered; every refused request is recorded, too ([access.md](access.md#audit-logging)).",
  },
  {
    ids: ["5.1.3", "5.1.7", "5.1.8", "5.1.9", "5.1.10", "5.1.11", "5.1.12", "5.1.13"],
    title: "Few permissions for wildcards, escalation, nodes, certificates, webhooks and tokens",
    answer:
      "The policies `no-wildcard-roles` and `no-escalating-roles` check the roles of the settings ([policies.md](policies.md)). The administrator's certificate is in `kubeadm:cluster-admins`, whose binding can be removed, not in `system:masters`.",
  },
  {
    ids: ["5.1.6"],
    title: "Tokens only in pods that need one",
    answer: "ServiceAccounts of add-ons and tenants mount no token by default; pods opt in ([tenancy.md](tenancy.md)).",
  },
  {
    ids: ["5.3.1", "5.3.2"],
    title: "NetworkPolicies",
    answer:
      "Each tenant's namespace denies all traffic by default ([tenancy.md](tenancy.md)). Cilium, the default of `addons.podNetwork.provider`, enforces NetworkPolicies; flannel does not.",
  },
  {
    ids: ["5.4.1", "5.4.2"],
    title: "Secrets as files, or in an external store",
    answer: "A decision of each workload.",
  },
  {
    ids: ["5.5.1"],
    title: "Provenance of images",
    answer: "Images of add-ons are pinned; add a webhook in `access.admission.webhooks` for those of workloads.",
  },
  {
    ids: ["5.6.1", "5.6.2", "5.6.3", "5.6.4"],
    title: "Namespaces, seccomp profiles and security contexts of workloads",
    answer:
      "Tenants have namespaces of their own, and kubelet applies the default seccomp profile. The policies of [policies.md](policies.md) check pods in Pulumi programs.",
  },
];
