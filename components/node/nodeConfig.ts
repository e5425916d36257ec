import type { Taint } from "../clusterSpec";
import type { Role } from "./versions";

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
  /** Bucket that holds the marker of a cluster once formed; where etcd runs on the machine. */
  readonly backupsBucket?: string;
  /** Worker pool that the machine belongs to. */
  readonly pool?: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly Taint[];
    /** Most pods on the machine. */
    readonly maxPods: number;
  };
}

/** Object in S3 that a machine fetches its scripts, units and configurations from. */
export interface BundleLocation {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of the object, in hex. */
  readonly sha256: string;
}

/** What a machine does on AWS, and to what: the least that its role has to allow. */
export interface NodePermission {
  readonly action: string;
  readonly target:
    | "bundle object"
    | "backups bucket"
    | "objects of the backups bucket below <cluster>/"
    | "parameters below <prefix>/pki/"
    | "parameter <prefix>/join/kubeconfig"
    | "secrets key"
    | "backups key"
    | "volumes and instances of the cluster"
    | "every resource (the action knows no narrower one)"
    | "hosted zone of the cluster"
    | "groups of the cluster";
  /** Why a machine needs it. */
  readonly why: string;
}

const everyMachine: readonly NodePermission[] = [
  { action: "s3:GetObject", target: "bundle object", why: "fetch the node bundle" },
];

const secrets: readonly NodePermission[] = [
  {
    action: "ssm:GetParameters",
    target: "parameters below <prefix>/pki/",
    why: "fetch the authorities' keys and certificates",
  },
  { action: "kms:Decrypt", target: "secrets key", why: "read SecureString parameters" },
];

const departure: readonly NodePermission[] = [
  {
    action: "autoscaling:CompleteLifecycleAction",
    target: "groups of the cluster",
    why: "let the group end a machine that is drained",
  },
  {
    action: "autoscaling:RecordLifecycleActionHeartbeat",
    target: "groups of the cluster",
    why: "hold the end back until it is safe",
  },
];

const etcdMember: readonly NodePermission[] = [
  {
    action: "ec2:DescribeVolumes",
    target: "every resource (the action knows no narrower one)",
    why: "wait until the member's volume is free",
  },
  { action: "ec2:AttachVolume", target: "volumes and instances of the cluster", why: "take the member's volume over" },
  {
    action: "route53:ChangeResourceRecordSets",
    target: "hosted zone of the cluster",
    why: "point the member's name to this machine",
  },
  { action: "s3:ListBucket", target: "backups bucket", why: "tell an absent marker (404) from a forbidden one (403)" },
  {
    action: "s3:GetObject",
    target: "objects of the backups bucket below <cluster>/",
    why: "learn whether the cluster has been formed",
  },
  { action: "s3:PutObject", target: "objects of the backups bucket below <cluster>/", why: "write the marker once" },
  { action: "kms:Decrypt", target: "backups key", why: "read the marker" },
  { action: "kms:GenerateDataKey", target: "backups key", why: "write the marker" },
];

/** What the scripts call on AWS, by role of the machine. */
export function nodePermissions(role: Role, runsEtcd: boolean): readonly NodePermission[] {
  if (role === "worker") {
    return [
      ...everyMachine,
      { action: "ssm:GetParameters", target: "parameter <prefix>/join/kubeconfig", why: "join the cluster" },
      { action: "kms:Decrypt", target: "secrets key", why: "read SecureString parameters" },
    ];
  }
  const common = [...everyMachine, ...secrets, ...departure, ...(runsEtcd ? etcdMember : [])];
  if (role === "etcd") return common;
  return [
    ...common,
    {
      action: "ssm:GetParameters",
      target: "parameter <prefix>/join/kubeconfig",
      why: "see whether the published token is still fresh",
    },
    {
      action: "ssm:PutParameter",
      target: "parameter <prefix>/join/kubeconfig",
      why: "publish a fresh bootstrap token",
    },
    { action: "kms:GenerateDataKey", target: "secrets key", why: "write SecureString parameters" },
    { action: "kms:Encrypt", target: "secrets key", why: "write SecureString parameters" },
  ];
}
