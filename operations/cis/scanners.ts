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
