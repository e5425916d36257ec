/** Namespaces of teams, as settings describe them: what is absent is inherited from the tenant above. */

/** How much a pod may ask of its node (Pod Security Standards), from the laxest to the strictest. */
export const podSecurityLevels = ["privileged", "baseline", "restricted"] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

/** Quantities of what containers ask for. */
export interface ResourceAmounts {
  /** Cores: `500m`, `4`. */
  readonly cpu?: string | undefined;
  /** Bytes: `512Mi`, `64Gi`. */
  readonly memory?: string | undefined;
}

/** How much of a storage class, or of all. */
export interface StorageAmounts {
  /** Bytes that all claims together ask for. */
  readonly capacity?: string | undefined;
  /** PersistentVolumeClaims. */
  readonly volumes?: number | undefined;
}

/** Numbers of objects. */
export interface ObjectCounts {
  readonly pods?: number | undefined;
  readonly services?: number | undefined;
  readonly loadBalancers?: number | undefined;
  readonly nodePorts?: number | undefined;
  readonly secrets?: number | undefined;
  readonly configMaps?: number | undefined;
  readonly deployments?: number | undefined;
  readonly statefulSets?: number | undefined;
  readonly jobs?: number | undefined;
  readonly cronJobs?: number | undefined;
  readonly ingresses?: number | undefined;
}

/** What a tenant and all below it may use together. */
export interface QuotaSpec {
  readonly compute: {
    /** What scheduling counts. */
    readonly requests: ResourceAmounts & {
      readonly ephemeralStorage?: string | undefined;
      readonly gpus?: number | undefined;
    };
    /** What containers may reach. */
    readonly limits: ResourceAmounts;
  };
  readonly storage: StorageAmounts & { readonly classes: Readonly<Record<string, StorageAmounts>> };
  readonly objects: ObjectCounts;
}

/** Sizes of single containers and volumes. */
export interface LimitsSpec {
  readonly container: {
    /** Request of a container that writes none. */
    readonly defaultRequest: ResourceAmounts;
    /** Limit of a container that writes none. */
    readonly default: ResourceAmounts;
    readonly min: ResourceAmounts;
    readonly max: ResourceAmounts;
  };
  readonly volume: { readonly min?: string | undefined; readonly max?: string | undefined };
}

/** Who may be reached, or may reach. Exactly one of `cidr`, `tenant` and `namespace`. */
export interface PeerSpec {
  /** Addresses outside the cluster. */
  readonly cidr?: string | undefined;
  /** A tenant and all below it. */
  readonly tenant?: string | undefined;
  /** One namespace, of a tenant or not. */
  readonly namespace?: string | undefined;
  readonly protocol: "TCP" | "UDP";
  /** Empty: all ports of all protocols. */
  readonly ports: readonly number[];
}

/** What the namespace's pods may reach and be reached by, beside the cluster's DNS. */
export interface TenantNetworkSpec {
  /** Pods of the namespace reach each other. Default: true. */
  readonly internal?: boolean | undefined;
  /** Pods reach the API. Default: false. */
  readonly api?: boolean | undefined;
  readonly egress?: readonly PeerSpec[] | undefined;
  readonly ingress?: readonly PeerSpec[] | undefined;
}

/** What pods with a priority class may use; absent: as much as all others. */
export interface PriorityAmounts {
  readonly pods?: number | undefined;
  /** Cores requested. */
  readonly cpu?: string | undefined;
  /** Bytes requested. */
  readonly memory?: string | undefined;
}

/** What a service account may do on AWS: a statement of an IAM policy that allows. */
export interface AwsPermission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export interface TenantServiceAccountSpec {
  /** Its token is mounted into pods that do not say otherwise. */
  readonly mountToken: boolean;
  /** Roles that it has in the namespace, and in those of tenants below. */
  readonly roles: readonly string[];
  /** With at least one, the account gets an IAM role of its own. */
  readonly aws: readonly AwsPermission[];
}

export interface TenantSpec {
  /** Tenant above; absent: none. */
  readonly parent?: string | undefined;
  readonly description: string;
  /** Labels of the namespace. */
  readonly labels: Readonly<Record<string, string>>;
  readonly podSecurity?: PodSecurityLevel | undefined;
  readonly quota: QuotaSpec;
  readonly limits: LimitsSpec;
  readonly network: TenantNetworkSpec;
  /** Registries whose credentials pods of the namespace pull images with, beside those of the tenant above. */
  readonly registries: readonly string[];
  /** Priority classes that pods may have; absent: those of the tenant above, and at the top all of the cluster's. */
  readonly priorityClasses?: Readonly<Record<string, PriorityAmounts>> | undefined;
  readonly serviceAccounts: Readonly<Record<string, TenantServiceAccountSpec>>;
}

/** How important pods are: who is preempted for whom. */
export interface PriorityClassSpec {
  readonly value: number;
  readonly description: string;
  /** Pods that name no class get this one. */
  readonly default: boolean;
  /** False: its pods wait for room, and take nobody's. */
  readonly preempts: boolean;
}

export type Tenants = Readonly<Record<string, TenantSpec>>;
export type PriorityClasses = Readonly<Record<string, PriorityClassSpec>>;
