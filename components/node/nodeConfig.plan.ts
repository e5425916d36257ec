import type { MachineRole } from "../aws/tags.plan";
import type { Taint } from "../workers/settings";

/** Settings of one machine: `/etc/holdfast/node.json`, part of the user data, without secrets. Shared settings are in `cluster.json`. */
export interface NodeConfig {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly region: string;
  readonly role: MachineRole;
  /** Auto Scaling group of the machine. */
  readonly group: string;
  /** Member of the control plane or of etcd; `volumeId` on machines that run etcd. */
  readonly member?: { readonly name: string; readonly volumeId?: string };
  /** Private Route 53 zone of the cluster; on machines that run etcd. */
  readonly hostedZoneId?: string;
  /** Bucket of the backups and of the marker of a formed cluster; on machines that run etcd. */
  readonly backupsBucket?: string;
  /** Issuer URL of ServiceAccount tokens (https); on the control plane. */
  readonly serviceAccountIssuer?: string;
  /** Client URLs of the members of external etcd; on the control plane. */
  readonly etcdEndpoints?: readonly string[];
  /** Worker pool of the machine. */
  readonly pool?: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly Taint[];
    /** kubelet's `maxPods`. */
    readonly maxPods: number;
    /** The machine has NVIDIA GPUs. */
    readonly gpu?: true;
    /** Sandboxed runtime that pods of the pool can use. */
    readonly sandbox?: "gvisor";
  };
}

/** S3 object with the node bundle. */
export interface BundleLocation {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of the object, in hex. */
  readonly sha256: string;
}
