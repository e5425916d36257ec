/** What a rehearsal changes in a stack's settings, and what it puts in the place of what cannot run on this host. Pure. */
import type { ClusterSpec } from "../components/clusterSpec";
import { has } from "../components/addons/spec";
import { serviceAddresses } from "./services/serviceAddresses";
import type { NotRehearsed } from "./kubernetes/plannedObjects";

type Stack = Pick<ClusterSpec, "platform">;

/** Cilium's publisher has to be asked for its chart and images. */
const isCilium = ({ platform }: Stack): boolean => platform.enabled && platform.podNetwork.provider === "cilium";

/** Where software comes from, no sysctl that is the host's, and a pod network that can be had here. */
export function rehearsalSettings(spec: Stack, sha256: Readonly<Record<string, string>>): Record<string, unknown> {
  return {
    nodes: { assets: { baseUrl: `http://${serviceAddresses.assets}`, sha256 } },
    network: { conntrack: { maxPerCore: 0, min: 0 } },
    ...(isCilium(spec) && { platform: { podNetwork: { provider: "flannel" } } }),
  };
}

/** What of the stack's own settings something else takes the place of, or is shown no further than AWS' API. */
export function substitutions(spec: Stack): readonly NotRehearsed[] {
  return [
    ...(isCilium(spec)
      ? [{ name: "Cilium", reason: "its chart and images are its publisher's; flannel carries the pods' packets here" }]
      : []),
    ...(has(spec, "certificateApprover")
      ? [
          {
            name: "approval of kubelets' certificates",
            reason: "the approver's module cannot be had; the rehearsal approves what nodes ask for in its place",
          },
        ]
      : []),
    ...(has(spec, "cloudController")
      ? [
          {
            name: "traffic through the load balancers of Services",
            reason:
              "the cloud controller makes them, with their groups, rules and targets, in the rehearsal's AWS; no machine answers at their addresses",
          },
        ]
      : []),
  ];
}
