/**
 * What the platform layer of a cluster consists of, as plain readonly data: every component has a section of its own, with
 * `enabled` where it can be left out. Defaults are in components/addons/settings.ts.
 */

import type { ControllersSpec } from "./controllersSpec";

export type * from "./controllersSpec";

/** The network that pods live in. */
export interface PodNetworkSpec {
  /** `none`: somebody else brings one; nodes are NotReady until then. */
  readonly provider: "cilium" | "flannel" | "none";
  readonly flannel: {
    /** VXLAN network identifier; two flannel networks in one VPC need two. */
    readonly vni: number;
  };
  readonly cilium: {
    /** Hubble, which shows flows between pods: its relay and its metrics. */
    readonly hubble: boolean;
  };
}

/** DNS of the cluster. */
export interface DnsSpec {
  /** False: CoreDNS as kubeadm lays it out, two replicas wherever they fall. */
  readonly enabled: boolean;
  /** Replicas follow the cluster's size: the larger of cores and nodes divided by these, within least and most. */
  readonly autoscaling: {
    readonly enabled: boolean;
    readonly coresPerReplica: number;
    readonly nodesPerReplica: number;
    readonly max: number;
  };
  /** Replicas at least; without autoscaling, exactly. */
  readonly minReplicas: number;
  /** A cache on every node, for clusters with many lookups. */
  readonly nodeLocalCache: { readonly enabled: boolean };
}

/** A component that is either there or not. */
export interface SwitchSpec {
  readonly enabled: boolean;
}

export interface MetricsServerSpec extends SwitchSpec {
  readonly replicas: number;
}

export interface PlatformSpec extends ControllersSpec {
  /** False: nothing is made inside the cluster; kubeadm's CoreDNS and kube-proxy are all there is. */
  readonly enabled: boolean;
  /** Minutes to wait for the API before the first object; 0: it is taken for granted. */
  readonly apiTimeoutMinutes: number;
  readonly podNetwork: PodNetworkSpec;
  /** Initialises nodes from what AWS knows of their machines, removes those whose machine is gone, makes load balancers. */
  readonly cloudController: SwitchSpec;
  readonly dns: DnsSpec;
  readonly metricsServer: MetricsServerSpec;
  /** Kubelets ask for serving certificates of the cluster's authority; this approves what is a node's own. */
  readonly certificateApprover: SwitchSpec;
}

/** Whether a component is to be there. */
export function has(
  { platform }: { readonly platform: PlatformSpec },
  component: "cloudController" | "dns" | "metricsServer" | "certificateApprover",
): boolean {
  return platform.enabled && platform[component].enabled;
}
