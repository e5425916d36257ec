/** Kinds of node bundles, and their static files: a file that only members use replaces no worker. */

/** Kind of machines with a bundle of their own: members of the control plane and of etcd, or workers. */
export type BundleKind = "members" | "workers";

/** Name of the members' bundle. */
export const memberBundle = "members";

/** Name of the bundle of the workers with a Kubernetes version. */
export const workerBundle = (kubernetesVersion: string): string => `workers-${kubernetesVersion}`;

/** Folder of the bundles of a kind in the bucket: instances may read that of their own kind only. */
export const bundleFolder = (kind: BundleKind): string => `bundle/${kind}`;

/** Files that only workers use. */
const ofWorkers: readonly RegExp[] = [
  /^windows\//,
  /^steps\/(gpu|gvisor|join)$/,
  /^bin\/rotate-authorities-worker$/,
  /^units\/holdfast-rotate-authorities-worker\./,
  /^config\/containerd-(gvisor|nvidia)\.toml$/,
];

/** Files that all machines use. The prelude of every script loads all libraries. */
const ofAll: readonly RegExp[] = [
  /^install$/,
  /^lib\//,
  /^steps\/(asset|containerd|credential-provider|health-check|images|kernel|preflight)$/,
  /^bin\/(certificate-metrics|install-packages|renew-kubelet-certificate|run-steps)$/,
  /^units\/(containerd\.service|kubelet\.service|holdfast-\.service\.d\/|holdfast-(certificate-metrics|node)\.)/,
  /^config\/(containerd\.toml|modules\.conf|networkd\.conf|sysctl-re(commended|quired)\.conf)$/,
];

/** Whether machines of a kind use a file; all that is not listed is for members alone. */
export function usesFile(kind: BundleKind, name: string): boolean {
  const matches = (patterns: readonly RegExp[]): boolean => patterns.some((pattern) => pattern.test(name));
  return kind === "workers" ? matches(ofWorkers) || matches(ofAll) : !matches(ofWorkers);
}
