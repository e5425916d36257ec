/** Findings of public scanners on Holdfast's clusters and plans, with the reason for each. Pure. */

export interface ScannerFinding {
  /** Numbers of the checks. */
  readonly ids: readonly string[];
  readonly reason: string;
}

/** Checks that kube-bench (benchmark 1.12) reports as FAIL or WARN on a member with stacked etcd, although they are met or do not apply. */
export const kubeBenchFindings: readonly ScannerFinding[] = [
  { ids: ["1.1.7", "1.1.8"], reason: "kube-bench searches for a static pod of etcd, which is a systemd unit here." },
  { ids: ["1.1.9", "1.1.10"], reason: "kube-bench reads the CNI folder from a flag that kubelet no longer has." },
  {
    ids: ["1.1.11", "1.1.12"],
    reason: "kube-bench reads etcd's data directory from a flag; here it is in etcd's environment.",
  },
  {
    ids: ["1.2.1"],
    reason: "kube-bench reads a flag; the API server has the limits of anonymous requests in `authentication.yaml`.",
  },
  {
    ids: ["1.2.6", "1.2.7", "1.2.8"],
    reason: "kube-bench reads `--authorization-mode`; the API server has its authorizers in `authorization.yaml`.",
  },
  { ids: ["1.2.11"], reason: "A decision, see the table above." },
  {
    ids: ["4.1.3", "4.1.4"],
    reason: "kube-bench searches for a kubeconfig file of kube-proxy, which has a ConfigMap.",
  },
  { ids: ["4.2.7"], reason: "A decision, see the table above." },
  { ids: ["4.2.9"], reason: "kube-bench searches for a fixed file; kubelet renews its serving certificate." },
  {
    ids: ["4.2.12"],
    reason: "kube-bench lists the suites with ChaCha20-Poly1305 by their former names, without `_SHA256`.",
  },
];

/** Checks of checkov that fail for resources of the stacks `staging` and `prod`. */
export interface PlanFinding {
  /** Ids of checks with the same subject. */
  readonly ids: readonly string[];
  readonly requirement: string;
  /** Names of resources without the stack's; `*` stands for any text. */
  readonly resources: readonly string[];
  readonly reason: string;
}

const issuerIsPublic =
  "The bucket has only the issuer's public keys, which anyone must be able to read. With `access.serviceAccountIssuer: cloudfront`, the bucket is private.";

/** All other checks of checkov's Terraform rules pass. The cluster tests compare this list with the scanner's. */
export const checkovFindings: readonly PlanFinding[] = [
  {
    ids: ["CKV2_AWS_6", "CKV_AWS_54", "CKV_AWS_56", "CKV_AWS_70"],
    requirement: "No public bucket",
    resources: ["issuer-documents", "issuer-documents-public-access", "issuer-documents-policy"],
    reason: issuerIsPublic,
  },
  {
    ids: ["CKV2_AWS_23"],
    requirement: "DNS records of resources",
    resources: ["api", "etcd-record-*"],
    reason:
      "Records of a private zone: that of the API is an alias of its load balancer, which the scanner does not see in a plan; etcd members write their own addresses.",
  },
  {
    ids: ["CKV2_AWS_34"],
    requirement: "Encrypted SSM parameters",
    resources: ["members", "control-plane-*-configuration", "etcd-restore", "pki-order", "pki-settled"],
    reason:
      "Letters of members, checksums and fingerprints. Parameters with keys are SecureStrings with a key of the cluster.",
  },
  {
    ids: ["CKV2_AWS_62"],
    requirement: "Event notifications of buckets",
    resources: ["access-logs", "issuer-documents", "node-files", "etcd-backups-*"],
    reason: "Nothing acts on such events. An alarm starts when a backup is late.",
  },
  {
    ids: ["CKV_AWS_144"],
    requirement: "Replication to another region",
    resources: ["access-logs", "issuer-documents", "node-files", "etcd-backups-files", "etcd-backups-copy-*"],
    reason:
      "`etcd.backups.copyTo` copies backups to a second region, as in prod. The next update writes the files of the other buckets again.",
  },
  {
    ids: ["CKV_AWS_145"],
    requirement: "Encryption of buckets with KMS",
    resources: ["access-logs", "etcd-backups-copy-access-logs", "issuer-documents"],
    reason:
      "S3 writes no access logs to a bucket that KMS encrypts, and nobody could read public keys from one. These buckets use S3's own keys.",
  },
  {
    ids: ["CKV_AWS_150"],
    requirement: "Deletion protection of load balancers",
    resources: ["api"],
    reason: "A decision: `protect: true` protects it, as in prod.",
  },
  {
    ids: ["CKV_AWS_338"],
    requirement: "Logs of a year",
    resources: ["network-flow-logs"],
    reason: "A decision: `network.flowLogs.retentionDays`.",
  },
  {
    ids: ["CKV_AWS_91"],
    requirement: "Access logs of load balancers",
    resources: ["api"],
    reason:
      "Network load balancers log TLS that they end themselves, and this one does not. Audit logs have every request.",
  },
];
