/** What a rehearsal changes in a stack's settings, and what it puts in the place of what cannot run on this host. Pure. */
import type { ClusterSpec } from "../components/clusterSpec";
import { serviceAddresses } from "./cloud/serviceAddresses";
import type { NotRehearsed } from "./objects/planned";

/** Where software comes from, no sysctl that is the host's, and a pod network that can be had here. */
export function rehearsalSettings(sha256: Readonly<Record<string, string>>): Record<string, unknown> {
  return {
    nodes: { assets: { baseUrl: `http://${serviceAddresses.assets}`, sha256 } },
    network: { conntrack: { maxPerCore: 0, min: 0 } },
    platform: { podNetwork: { provider: "none" } },
  };
}

/** What of the stack's own settings is not rehearsed because something else takes its place. */
export function substituted({ platform }: Pick<ClusterSpec, "platform">): readonly NotRehearsed[] {
  const { provider } = platform.podNetwork;
  if (!platform.enabled || provider === "none") return [];
  return [{ name: `pod network ${provider}`, reason: "a bridge on every machine carries the pods' packets here" }];
}
