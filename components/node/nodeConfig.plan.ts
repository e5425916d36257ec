import type { Taint } from "../clusterSpec";
import type { Role } from "./kubernetesVersions.plan";

/**
 * What one machine has to know about itself: `/etc/holdfast/node.json`. It holds no secret: those come from SSM.
 * What all machines of a cluster share is in the bundle's `cluster.json`.
 */
export interface NodeConfig {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly region: string;
  /** Private DNS zone of the cluster. */
  readonly domain: string;
  /** Path under which the cluster's SSM parameters are, without a trailing slash: `/holdfast/<cluster>`. */
  readonly parameterPrefix: string;
  readonly role: Role;
  /** Auto Scaling group that the machine belongs to; its lifecycle hook is named `holdfast-depart`. */
  readonly group: string;
  /** Member of the control plane or of etcd; `volumeId` where etcd runs on the machine. */
  readonly member?: { readonly name: string; readonly volumeId?: string };
  /** Route 53 zone of `domain`; where etcd runs on the machine. */
  readonly hostedZoneId?: string;
  /** Bucket of the backups, and of the marker of a cluster once formed; where etcd runs on the machine. */
  readonly backupsBucket?: string;
  /** KMS key that backups are encrypted under; absent: the bucket's own default. */
  readonly backupsKeyArn?: string;
  /** Issuer of service accounts' tokens, an https URL; on the control plane. */
  readonly serviceAccountIssuer?: string;
  /** Worker pool that the machine belongs to. */
  readonly pool?: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly Taint[];
    /** Most pods on the machine. */
    readonly maxPods: number;
    /** The machine has NVIDIA GPUs, and its pods see them. */
    readonly gpu?: true;
    /** Pods that ask for it run in a sandbox of that kind. */
    readonly sandbox?: "gvisor";
  };
}

/** Object in S3 that a machine fetches its scripts, units and configurations from. */
export interface BundleLocation {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of the object, in hex. */
  readonly sha256: string;
}
