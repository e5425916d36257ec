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

const isCilium = ({ addons }: Stack): boolean => addons.enabled && addons.podNetwork.provider === "cilium";

/** Settings of a rehearsal with Cilium, over its other settings. */
export const ciliumChosen = { addons: { podNetwork: { provider: "cilium" } } };

/** @param overrides settings over those of the stack and of {@link rehearsalSettings} */
export const isCiliumChosen = (overrides: object): boolean =>
  (overrides as { addons?: { podNetwork?: { provider?: unknown } } }).addons?.podNetwork?.provider === "cilium";

/** Pod network in a rehearsal. @param overrides settings over those of the stack and of {@link rehearsalSettings} */
export function rehearsedPodNetwork(spec: Stack, overrides: object = {}): string {
  if (isCiliumChosen(overrides)) return "cilium";
  return isCilium(spec) ? "flannel" : spec.addons.podNetwork.provider;
}

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

/**
 * Parts of the stack's settings that a rehearsal replaces or simulates only partly.
 * @param rehearsed settings of the rehearsal
 */
export function substitutions(spec: Stack, rehearsed: Stack): readonly NotRehearsed[] {
  const candidates = [
    {
      applies: poolsWithOwnGroups(spec).length > 0,
      name: `additional security groups of the worker pools ${poolsWithOwnGroups(spec).join(", ")}`,
      reason: "they exist in the AWS account only; instances have the workers' own group",
    },
    {
      applies: isCilium(spec) && !isCilium(rehearsed),
      name: "Cilium",
      reason: "flannel is the pod network instead; add --cilium to build Cilium once and to rehearse with it",
    },
    {
      applies: isCilium(rehearsed),
      name: "policies of layer 7 in Cilium",
      reason: "Envoy, which enforces them, is not built",
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
