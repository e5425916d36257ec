/** Cluster specifications for tests, as settings would make them. */

import type { ClusterSpec } from "../components/clusterSpec";
import {
  componentVersions,
  supportedKubernetesVersions,
  windowsReleaseAssets,
} from "../components/node/kubernetesVersions.plan";
import { parseSettings } from "../stacks/settings";
import { region } from "./mocks";

/** The specification of valid settings; throws what is wrong with others. */
export function specOf(cluster: object): ClusterSpec {
  const parsed = parseSettings({ cluster, "aws:region": region });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, undefined, 2));
  return parsed.spec;
}

/** Checksums of what Windows machines fetch, as settings have to name them. */
export function windowsChecksums(kubernetesVersion = supportedKubernetesVersions.at(-1) ?? ""): Record<string, string> {
  const assets = windowsReleaseAssets(componentVersions(kubernetesVersion));
  return Object.fromEntries(assets.map(({ path }) => [path, "a".repeat(64)]));
}

/** What Windows pools need besides: their checksums, and a pod network that somebody brings. */
export const forWindows = (kubernetesVersion?: string) => ({
  nodes: { assets: { sha256: windowsChecksums(kubernetesVersion) } },
  addons: { podNetwork: { provider: "none" } },
});
