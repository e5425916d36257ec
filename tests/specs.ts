/** Cluster specifications for tests, parsed from settings. */

import type { ClusterSpec } from "../components/clusterSpec";
import { windowsReleaseAssets } from "../components/node/assets.plan";
import { componentVersions, defaultKubernetesVersion } from "../components/node/kubernetesVersions.plan";
import { parseSettings } from "../stacks/settings";
import { region } from "./mocks";

/** @throws Error with the problems of invalid settings. */
export function specOf(cluster: object): ClusterSpec {
  const parsed = parseSettings({ cluster, "aws:region": region });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, undefined, 2));
  return parsed.spec;
}

/** Settings of a cluster without internet access, with mirrors of everything that its machines download. */
export const withoutInternet = {
  network: { nat: "none", interfaceEndpoints: true },
  nodes: {
    assets: { baseUrl: "https://mirror.example.com:8081/assets" },
    registryMirrors: Object.fromEntries(
      ["ghcr.io", "public.ecr.aws", "quay.io", "registry.k8s.io"].map((registry) => [
        registry,
        `https://mirror.example.com:8081/v2/${registry}`,
      ]),
    ),
  },
};

/** Checksums of the Windows assets, which the settings must contain. */
export function windowsChecksums(kubernetesVersion = defaultKubernetesVersion): Record<string, string> {
  const assets = windowsReleaseAssets(componentVersions(kubernetesVersion));
  return Object.fromEntries(assets.map(({ path }) => [path, "a".repeat(64)]));
}

/** Settings that Windows pools require: checksums of their assets, and no pod network from Holdfast. */
export const forWindows = (kubernetesVersion?: string) => ({
  nodes: { assets: { sha256: windowsChecksums(kubernetesVersion) } },
  addons: { podNetwork: { provider: "none" } },
});
