/**
 * What a cluster is, as plain readonly data: every default is resolved, every cross-check has passed.
 * `stacks/settings.ts` makes it from a stack file; everything below `components/` is derived from it.
 */

import type { PeopleSpec } from "./access/rbac/rbac.plan";
import type { AccessSpec } from "./access/spec";
import type { Rotation } from "./pki/rotation.plan";
import type { PlatformSpec } from "./addons/spec";
import type { RegistrySpec } from "./tenancy/registries.plan";
import type { PriorityClasses, Tenants } from "./tenancy/spec";
import type { InstanceRequirements, SpotSpec } from "./workers/spec";

export type { AccessSpec } from "./access/spec";
export type * from "./addons/spec";

/** CPU architecture, as Kubernetes and Go name it. */
export type Architecture = "amd64" | "arm64";

/** How large a cluster may become; what follows from it is in components/scale. */
export type Scale = "small" | "medium" | "large";

/** A single Kubernetes taint. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** An encrypted gp3 disk. */
export interface DiskSpec {
  /** Size in GiB. */
  readonly sizeGiB: number;
  /** Provisioned IOPS; gp3 includes 3000 and takes up to 16000. */
  readonly iops: number;
  /** Provisioned throughput in MiB/s; gp3 includes 125 and takes up to 1000. */
  readonly throughputMiBps: number;
}

/** The VPC: made by this stack, or one that exists. */
export type VpcSpec =
  | {
      readonly source: "create";
      /** IPv4 range of the VPC, /16 to /24. */
      readonly cidr: string;
    }
  | {
      readonly source: "existing";
      readonly id: string;
      /** IPv4 range of the existing VPC; the firewall and the overlap checks need it. */
      readonly cidr: string;
      /** Private subnet id by zone name; machines live here. */
      readonly privateSubnets: Readonly<Record<string, string>>;
      /** Public subnet id by zone name; only a public API address needs them. */
      readonly publicSubnets: Readonly<Record<string, string>>;
    };

export interface NetworkSpec {
  readonly vpc: VpcSpec;
  /** Full zone names (`eu-central-1a`), in the order in which members are spread over them. */
  readonly zones: readonly string[];
  /** Range that pods get addresses from; disjoint from the VPC and from services. */
  readonly podCidr: string;
  /** Prefix length of the part of `podCidr` that each node gets. */
  readonly nodeCidrMaskSize: number;
  /** Range of virtual Service addresses; disjoint from the VPC and from pods. */
  readonly serviceCidr: string;
  /** NAT gateways: one in each zone, one in all, or none (interface endpoints then reach AWS). Ignored for an existing VPC. */
  readonly nat: "perZone" | "single" | "none";
  /** Interface endpoints for SSM, EC2, Auto Scaling, ELB, KMS, STS, ECR and CloudWatch, so that no NAT is needed for AWS APIs. */
  readonly interfaceEndpoints: boolean;
  /** VPC flow logs to CloudWatch Logs; retention in days. */
  readonly flowLogs: { readonly enabled: boolean; readonly retentionDays: number };
  /** kube-proxy's conntrack sizing: entries per core and the least; 0 leaves the machine's own value. */
  readonly conntrack: { readonly maxPerCore: number; readonly min: number };
}

export interface ApiSpec {
  /** Ranges outside the VPC that may reach the internal API address (a VPN, a peered VPC). */
  readonly allowedCidrs: readonly string[];
  /** A second, internet-facing address; absent: the API cannot be reached from the internet. */
  readonly public?: {
    /** DNS name of the public address. */
    readonly name: string;
    /** Public Route 53 zone that gets the record. */
    readonly hostedZoneId: string;
    /** Ranges that may reach it; 0.0.0.0/0 only if written here. */
    readonly allowedCidrs: readonly string[];
  };
  /** Further names or addresses in the API servers' certificates. */
  readonly certificateSans: readonly string[];
}

/** A certificate authority: where its rotation is, and whose it is. */
export interface AuthoritySpec extends Rotation {
  /**
   * An organisation's own authorities by generation: PEM, the issuing certificate first, then its chain up to the root. Generations
   * that are not here are made by the stack. The keys are Pulumi secrets, and no part of the specification.
   */
  readonly own: Readonly<Record<string, string>>;
}

export interface PkiSpec {
  /** Life of the certificate authorities that the stack makes, in years. */
  readonly authorityYears: number;
  /** Life of the administrator's client certificate in hours; renewed by `pulumi up` in its last quarter. */
  readonly adminHours: number;
  /** Life in hours of the certificates that machines issue to themselves; renewed there when a third is left. */
  readonly leafHours: number;
  readonly authorities: Readonly<Record<"kubernetes" | "etcd" | "frontProxy", AuthoritySpec>>;
  /** The key that signs tokens of service accounts. */
  readonly serviceAccountKey: Rotation;
}

/** How often etcd is backed up, how long backups are kept, and how it is proved that they can be restored. */
export interface EtcdBackupsSpec {
  /** When a backup is made: a systemd calendar expression (`OnCalendar=`). */
  readonly schedule: string;
  /** Days that backups are kept: every one, the first of each hour, and the first of each day. */
  readonly retention: { readonly all: number; readonly hourly: number; readonly daily: number };
  /** Nobody deletes a backup for so many days: `governance` lets privileged people through, `compliance` not even the account's owner. */
  readonly objectLock?: { readonly mode: "governance" | "compliance"; readonly days: number };
  /** A copy of every backup in another region; absent: none. */
  readonly copyTo?: { readonly region: string };
  /** When the newest backup is restored beside the running etcd, to prove that it can be. */
  readonly drill: { readonly schedule: string };
  /** CloudWatch namespace of what members publish. */
  readonly metricsNamespace: string;
}

/** The state that etcd is taken back to. It stays in the settings for good: without it, the generation would go backwards. */
export interface EtcdRestoreSpec {
  /** 2 for the first restore of a cluster, and one more for each further one. */
  readonly generation: number;
  /** Key of the backup in the backups bucket. */
  readonly snapshot: string;
}

export interface EtcdMaintenanceSpec {
  /** When members give free space back to the file system, one at a time: a systemd calendar expression. */
  readonly defragSchedule: string;
  /** Size of the database, in bytes, from which on etcd takes no more writes (NOSPACE). */
  readonly quotaBytes: number;
}

interface EtcdBasisSpec {
  /** Data volume of each member. */
  readonly volume: DiskSpec;
  readonly backups: EtcdBackupsSpec;
  /** Absent: the data that etcd was founded with. */
  readonly restore?: EtcdRestoreSpec;
  readonly maintenance: EtcdMaintenanceSpec;
}

export type EtcdSpec = EtcdBasisSpec &
  (
    | {
        /** On the control plane's machines. */
        readonly topology: "stacked";
      }
    | {
        /** On machines of its own. */
        readonly topology: "external";
        /** 1, 3 or 5. */
        readonly members: number;
        readonly instanceType: string;
        readonly architecture: Architecture;
        readonly rootVolume: DiskSpec;
      }
  );

/** Who is told when something needs a person. */
export interface AlarmsSpec {
  /** Addresses that get a mail; each has to confirm once. */
  readonly email: readonly string[];
  /** An SNS topic that exists, in place of one of the stack's own. */
  readonly topicArn?: string;
}

export interface ControlPlaneSpec {
  /** 1, 3 or 5 machines, spread over the zones. */
  readonly members: number;
  readonly instanceType: string;
  readonly architecture: Architecture;
  readonly rootVolume: DiskSpec;
}

/** What every machine has in common. */
export interface NodesSpec {
  /** Machine image by architecture: an AMI id, or `resolve:ssm:<parameter>`. */
  readonly images: Readonly<Record<Architecture, string>>;
  /** Machine image of GPU pools by architecture: with NVIDIA's driver and container toolkit. */
  readonly gpuImages: Readonly<Record<Architecture, string>>;
  /** Machine image of Windows pools. */
  readonly windowsImage: string;
  /** Root device name of that image; Amazon Linux and Ubuntu: /dev/xvda and /dev/sda1. */
  readonly rootDevice: string;
  readonly assets: {
    /** Mirror that has all assets in the layout of `components/node/kubernetesVersions.plan.ts`; absent: the upstream release sites. */
    readonly baseUrl?: string;
    /** SHA-256 by asset path, over those that Holdfast knows; a mirror with its own builds needs it. */
    readonly sha256: Readonly<Record<string, string>>;
  };
  /** Container registry mirrors: registry host to base URL. */
  readonly registryMirrors: Readonly<Record<string, string>>;
}

export interface WorkerPoolSpec {
  readonly os: "linux" | "windows";
  /** In order of preference; all of one architecture. Empty where `requirements` say what AWS may choose from. */
  readonly instanceTypes: readonly string[];
  /** What an instance type must have, in place of a list of types. */
  readonly requirements?: InstanceRequirements;
  readonly architecture: Architecture;
  /** Fewest and most machines, of each zone where `perZone`; the autoscaler moves in between. */
  readonly min: number;
  readonly max: number;
  /** One group for each zone, so that a zone can be scaled on its own: for pods whose volumes are bound to a zone. */
  readonly perZone: boolean;
  /** Machines that are always on demand, and the percentage on demand above them; the rest is spot. */
  readonly onDemand: { readonly base: number; readonly percentAboveBase: number };
  readonly spot: SpotSpec;
  /** Zones of this pool; a subset of the network's. */
  readonly zones: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly rootVolume: DiskSpec;
  /** GPU machines: labelled and tainted `nvidia.com/gpu`, with an image of their own. */
  readonly gpu: boolean;
  /** Pods that ask for it run in a sandbox of that kind. */
  readonly sandbox?: "gvisor";
  /** Stopped machines kept ready; absent: none. */
  readonly warmPool?: { readonly min: number; readonly max: number };
  /** Machine image over `nodes.images`, `nodes.gpuImages` or `nodes.windowsImage`. */
  readonly image?: string;
  /** Most pods on a machine; kubelet's default is 110. */
  readonly maxPods: number;
  /** Percentage of the pool that stays healthy while machines are replaced. */
  readonly minHealthyPercentage: number;
}

export interface ClusterSpec {
  /** DNS label; part of every physical name. */
  readonly name: string;
  readonly region: string;
  /** Private DNS zone of the cluster; the API is `api.<domain>`, members are `etcd-<letter>.<domain>`. */
  readonly domain: string;
  /** Kubernetes version without `v`; everything below it follows from components/node/kubernetesVersions.plan.ts. */
  readonly kubernetesVersion: string;
  /** How large the cluster may become: what control plane, etcd and DNS are told. */
  readonly scale: Scale;
  readonly network: NetworkSpec;
  readonly api: ApiSpec;
  readonly pki: PkiSpec;
  /** How the API is reached, and who may do what. */
  readonly access: AccessSpec & PeopleSpec;
  readonly etcd: EtcdSpec;
  readonly alarms: AlarmsSpec;
  readonly controlPlane: ControlPlaneSpec;
  readonly nodes: NodesSpec;
  /** Worker pools by name: a map, so that nothing shifts when one goes. */
  readonly workers: Readonly<Record<string, WorkerPoolSpec>>;
  /** What runs inside the cluster for all. */
  readonly platform: PlatformSpec;
  /** Namespaces of teams by name; a tree by their `parent`. */
  readonly tenants: Tenants;
  readonly priorityClasses: PriorityClasses;
  /** Container registries with credentials, without their passwords. */
  readonly registries: Readonly<Record<string, RegistrySpec>>;
  /** Production: data and keys are protected from deletion and retained. */
  readonly protect: boolean;
  /** Tags for every AWS resource. */
  readonly tags: Readonly<Record<string, string>>;
}
