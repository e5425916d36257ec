/** Settings that a rehearsal overrides, and substitutes for add-ons that cannot run on this host. Pure. */
import type { ClusterSpec } from "../components/clusterSpec";
import { isAddonEnabled } from "../components/addons/settings";
import { assetsOf } from "../components/node/assets.plan";
import { componentVersions } from "../components/node/kubernetesVersions.plan";
import { machineVersions } from "../components/node/machineVersions.plan";
import type { NotRehearsed } from "./kubernetes/plannedObjects";
import { serviceAddresses } from "./services/serviceAddresses";

type Stack = Pick<ClusterSpec, "addons" | "workers">;
type VersionedStack = Stack & Pick<ClusterSpec, "kubernetesVersion">;

/** Worker pools with security groups that exist in the user's AWS account only. */
const poolsWithOwnGroups = ({ workers }: Stack): readonly string[] =>
  Object.keys(workers).filter((name) => (workers[name]?.securityGroupIds.length ?? 0) > 0);

/** Cilium's chart and images are only available from their publisher. */
const isCilium = ({ addons }: Stack): boolean => addons.enabled && addons.podNetwork.provider === "cilium";

/** Pod network in a rehearsal. */
export const rehearsedPodNetwork = (spec: Stack): string =>
  isCilium(spec) ? "flannel" : spec.addons.podNetwork.provider;

/** Checksums of the machines' own files: the mirror may have those of more releases, and settings must not name the others. */
function checksumsOf(spec: VersionedStack, sha256: Readonly<Record<string, string>>): Record<string, string> {
  const assets = machineVersions(spec).flatMap((version) => assetsOf(componentVersions(version)));
  const paths = new Set(assets.map(({ path }) => path));
  return Object.fromEntries(Object.entries(sha256).filter(([path]) => paths.has(path)));
}

/**
 * Overrides: the asset mirror, no sysctls of the host, a pod network that is available offline, no security groups of the AWS account.
 * @param sha256 checksums of the mirror's files by path.
 */
export function rehearsalSettings(
  spec: VersionedStack,
  sha256: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return {
    nodes: { assets: { baseUrl: `http://${serviceAddresses.assets}`, sha256: checksumsOf(spec, sha256) } },
    network: { conntrack: { maxPerCore: 0, min: 0 } },
    workers: Object.fromEntries(poolsWithOwnGroups(spec).map((name) => [name, { securityGroupIds: [] }])),
    ...(isCilium(spec) && { addons: { podNetwork: { provider: rehearsedPodNetwork(spec) } } }),
  };
}

/** Parts of the stack's settings that a rehearsal replaces or simulates only partly. */
export function substitutions(spec: Stack): readonly NotRehearsed[] {
  const candidates = [
    {
      applies: poolsWithOwnGroups(spec).length > 0,
      name: `additional security groups of the worker pools ${poolsWithOwnGroups(spec).join(", ")}`,
      reason: "they exist in the AWS account only; instances have the workers' own group",
    },
    {
      applies: isCilium(spec),
      name: "Cilium",
      reason: "its chart and images are only available from the publisher; flannel is the pod network instead",
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
