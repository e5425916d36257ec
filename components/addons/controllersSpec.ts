/** Settings of the controllers that speak to AWS or guard nodes: `cluster.platform.<component>`, defaults resolved. */

/** Volumes for pods: the EBS CSI driver. */
export interface EbsCsiSpec {
  readonly enabled: boolean;
  /** The class that claims get: gp3, encrypted under the cluster's key for disks, made in the zone of the first pod. */
  readonly storageClass: {
    readonly name: string;
    /** Claims that name no class get this one. */
    readonly isDefault: boolean;
    readonly fileSystem: "ext4" | "xfs";
    /** Provisioned IOPS of each volume; gp3 includes 3000 and takes up to 16000. */
    readonly iops: number;
    /** Provisioned throughput of each volume in MiB/s; gp3 includes 125 and takes up to 1000. */
    readonly throughputMiBps: number;
    /** What becomes of a volume whose claim is deleted. */
    readonly reclaimPolicy: "Delete" | "Retain";
  };
  /** The snapshot controller and a default class for snapshots. */
  readonly snapshots: {
    readonly enabled: boolean;
    /** What becomes of a snapshot on AWS whose object is deleted. */
    readonly deletionPolicy: "Delete" | "Retain";
  };
}

/** Who drains a worker before it goes. */
export interface NodeTerminationHandlerSpec {
  readonly enabled: boolean;
  /** Seconds that a worker has for its pods to move, before it is ended all the same; 60 to 7200. */
  readonly drainSeconds: number;
  /** Whether maintenance that AWS announces for a machine drains it. */
  readonly scheduledChanges: boolean;
}

/** How the Cluster Autoscaler chooses among pools that pending pods would fit in. */
export const expanders = ["least-waste", "least-nodes", "most-pods", "priority", "random"] as const;

/** The Cluster Autoscaler. */
export interface ClusterAutoscalerSpec {
  readonly enabled: boolean;
  /** Asked in this order until one pool is left. */
  readonly expanders: readonly (typeof expanders)[number][];
  /** Pools by name with their priority; the highest goes first. Only with the expander `priority`. */
  readonly priorities: Readonly<Record<string, number>>;
  /** Pools that are alike are grown evenly. */
  readonly balanceSimilarPools: boolean;
  readonly scaleDown: {
    readonly enabled: boolean;
    /** Percentage of a node's CPU and memory that pods request, below which the node is not needed. */
    readonly utilizationPercentage: number;
    /** Minutes for which a node is not needed before it goes. */
    readonly unneededMinutes: number;
    /** Minutes after a scale-up in which nothing is scaled down. */
    readonly delayAfterAddMinutes: number;
  };
}

/** The Node Problem Detector, and what becomes of nodes on which it finds something. */
export interface NodeProblemDetectorSpec {
  readonly enabled: boolean;
  /** Replacement of workers that stay broken. */
  readonly remedy: {
    readonly enabled: boolean;
    /** Minutes for which a worker is not ready before it is replaced. */
    readonly notReadyMinutes: number;
    /** Minutes for which a problem is reported before the worker is replaced. */
    readonly problemMinutes: number;
    /** Minutes from one replacement to the next. */
    readonly pauseMinutes: number;
    /** With a larger share of broken workers none is replaced: it is not the machines then. One is always replaced. */
    readonly mostBrokenPercentage: number;
  };
}

/** NVIDIA's device plugin, where a pool has GPUs. */
export interface GpuDevicePluginSpec {
  readonly enabled: boolean;
  /** Pods that share a GPU by turns; 1: none share. */
  readonly timeSlices: number;
}

/** Sandboxed pods, where a pool asks for it. */
export interface SandboxSpec {
  readonly enabled: boolean;
}

export interface ControllersSpec {
  readonly ebsCsi: EbsCsiSpec;
  readonly nodeTerminationHandler: NodeTerminationHandlerSpec;
  readonly clusterAutoscaler: ClusterAutoscalerSpec;
  readonly nodeProblemDetector: NodeProblemDetectorSpec;
  readonly gpuDevicePlugin: GpuDevicePluginSpec;
  readonly sandbox: SandboxSpec;
}
