import type { ClusterSpec } from "../../clusterSpec";
import { coreDnsImage } from "../../node/images.plan";
import type { ImageSource } from "../shared/images.plan";

/** cluster-proportional-autoscaler. */
export const autoscaler = { name: "dns-autoscaler", version: "1.9.0" } as const;
export const autoscalerImage = `registry.k8s.io/cpa/cluster-proportional-autoscaler:v${autoscaler.version}`;

/** NodeLocal DNSCache. */
export const cache = { name: "node-local-dns", version: "1.26.8" } as const;
export const cacheImage = `registry.k8s.io/dns/k8s-dns-node-cache:${cache.version}`;

/** Images of the enabled parts. */
export function dnsImages({ kubernetesVersion, addons }: ClusterSpec): readonly ImageSource[] {
  const { autoscaling, nodeLocalCache } = addons.dns;
  return [
    coreDnsImage(kubernetesVersion),
    ...(autoscaling.enabled ? [autoscalerImage] : []),
    ...(nodeLocalCache.enabled ? [cacheImage] : []),
  ];
}
