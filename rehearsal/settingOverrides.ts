/** Settings that a rehearsal overrides, and substitutes for add-ons that cannot run on this host. Pure. */
import type { ClusterSpec } from "../components/clusterSpec";
import { isAddonEnabled } from "../components/addons/settings";
import type { NotRehearsed } from "./kubernetes/plannedObjects";
import { serviceAddresses } from "./services/serviceAddresses";

type Stack = Pick<ClusterSpec, "addons">;

/** Cilium's chart and images are only available from their publisher. */
const isCilium = ({ addons }: Stack): boolean => addons.enabled && addons.podNetwork.provider === "cilium";

/** Overrides: the asset mirror, no sysctls that belong to the host, and a pod network that is available offline. */
export function rehearsalSettings(spec: Stack, sha256: Readonly<Record<string, string>>): Record<string, unknown> {
  return {
    nodes: { assets: { baseUrl: `http://${serviceAddresses.assets}`, sha256 } },
    network: { conntrack: { maxPerCore: 0, min: 0 } },
    ...(isCilium(spec) && { addons: { podNetwork: { provider: "flannel" } } }),
  };
}

/** Parts of the stack's settings that a rehearsal replaces or simulates only partly. */
export function substitutions(spec: Stack): readonly NotRehearsed[] {
  const candidates = [
    {
      applies: isCilium(spec),
      name: "Cilium",
      reason: "its chart and images are only available from the publisher; flannel is the pod network instead",
    },
    {
      applies: isAddonEnabled(spec, "certificateApprover"),
      name: "certificate approver",
      reason: "its module is not available; the rehearsal approves serving certificates instead",
    },
    {
      applies: isAddonEnabled(spec, "cloudController"),
      name: "traffic through load balancers of Services",
      reason:
        "the cloud controller creates them, with security groups, rules and targets, in the rehearsed AWS, but nothing listens at their addresses",
    },
  ];
  return candidates.filter(({ applies }) => applies).map(({ name, reason }) => ({ name, reason }));
}
